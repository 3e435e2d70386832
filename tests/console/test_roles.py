"""Every address, method and action of the console, tried by every role and by none.

Who may do what stands in the tables below, and nowhere else: an address or action that is not declared here fails.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tag
from console.models import AuditEvent
from extensions.blueprints.models import Blueprint
from extensions.health import sharing
from extensions.health.incidents import machine
from extensions.health.models import Channel, Finding, Issue, MaintenanceWindow, Preview, Rule
from extensions.installations.models import Installation, Rollout
from extensions.mappings.models import Repair, RepairJob
from tests.console.walking import Address, every_action, every_address, reach, watched
from tests.making import STAFF as SAM
from tests.making import make_installation, make_user

pytestmark = pytest.mark.django_db

ROLELESS, OUTSIDER, NOBODY = "staff without a role", "not staff", "nobody signed in"
ADMINISTRATOR = {"administrator"}
ALL = {"support", "onboarding", "auditor", "administrator"}
STAFF = {*ALL, ROLELESS}
HELPERS = {"support", "onboarding", "administrator"}
CONNECTORS = {"onboarding", "administrator"}
READERS_OF_THE_RECORD = {"auditor", "administrator"}
WHO = [*sorted(ALL), ROLELESS, OUTSIDER, NOBODY]
METHODS = ("get", "post", "put", "patch", "delete")

GET, POST, BOTH = ("get",), ("post",), ("get", "post")
FORM = BOTH  # takes forms, and opened by its address leads to the page of the form

# Our pages: who may open them, by which methods.
PAGES: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "connect": (CONNECTORS, BOTH),
    "connect-confirm": (CONNECTORS, BOTH),
    "installation": (ALL, GET),
    "installation-progress": (ALL, GET),
    "installation-timeline": (ALL, GET),
    "installation-findings": (ALL, GET),
    "installation-fields": (ALL, GET),
    "installation-templates": (ALL, GET),
    "installation-webhooks": (ALL, GET),
    "installation-people": (ALL, GET),
    "installation-changes": (ALL, GET),
    "installation-refreshes": (ALL, GET),
    "installation-connecting": (ALL, GET),
    "installation-refresh": (HELPERS, POST),
    "installation-acting-user": (HELPERS, POST),
    "installation-blueprint": (ADMINISTRATOR, POST),
    "installation-set-up-by": (ADMINISTRATOR, POST),
    "installation-webhook-ours": (ADMINISTRATOR, POST),
    "installation-webhook-not-ours": (ADMINISTRATOR, POST),
    "installation-relink": (HELPERS, BOTH),
    "installation-relink-confirm": (HELPERS, BOTH),
    "installation-disconnect": (CONNECTORS, BOTH),
    "as-of": (ALL, GET),
    "as-of-export": (ALL, GET),
    "installation-as-of": (ALL, GET),
    "installation-status-links": (ALL, GET),
    "installation-status-preview": (ALL, GET),
    "installation-status-share": (HELPERS, POST),
    "installation-status-revoke": (HELPERS, POST),
    "issue": (ALL, GET),
    "issue-acknowledge": (HELPERS, FORM),
    "issue-unacknowledge": (HELPERS, POST),
    "issue-assign": (HELPERS, FORM),
    "issue-unassign": (HELPERS, POST),
    "issue-snooze": (HELPERS, FORM),
    "issue-wake": (HELPERS, POST),
    "maintenance": (ALL, GET),
    "maintenance-plan": (HELPERS, FORM),
    "maintenance-call-off": (HELPERS, POST),
    "notifications": (ALL, GET),
    "channel-test": (ADMINISTRATOR, POST),
    "rule-preview": (ALL, GET),
    "incidents": (ALL, GET),
    "incidents-export": (ALL, GET),
    "incident": (ALL, GET),
    "incident-export": (ALL, GET),
    "lineage": (HELPERS, GET),
    "installation-lineage": (HELPERS, BOTH),
    "installation-lineage-contract": (HELPERS, FORM),
    "versions-home": (ALL, GET),
    "versions": (ALL, GET),
    "versions-compare": (ALL, GET),
    "versions-import": (ADMINISTRATOR, GET),
    "versions-import-account": (ADMINISTRATOR, FORM),
    "versions-import-read": (ADMINISTRATOR, FORM),
    "versions-import-stop-reading": (ADMINISTRATOR, FORM),
    "versions-import-file": (ADMINISTRATOR, FORM),
    "version": (ALL, GET),
    "version-export": (ALL, GET),
    "version-draft": (ADMINISTRATOR, POST),
    "version-release": (ADMINISTRATOR, BOTH),
    "version-discard": (ADMINISTRATOR, POST),
    "version-type-add": (ADMINISTRATOR, BOTH),
    "version-type": (ADMINISTRATOR, BOTH),
    "version-type-take-out": (ADMINISTRATOR, POST),
    "version-field-add": (ADMINISTRATOR, BOTH),
    "version-field": (ADMINISTRATOR, BOTH),
    "version-field-take-out": (ADMINISTRATOR, POST),
    "version-move": (ADMINISTRATOR, POST),
    "installation-test-contract": (HELPERS, BOTH),
    "installation-test-contract-run": (HELPERS, FORM),
    "installation-test-contract-clean-up": (HELPERS, POST),
    "fields-home": (ALL, GET),
    "fields": (ALL, GET),
    "field": (ALL, GET),
    "previews": (ALL, GET),
    "preview-start": (ADMINISTRATOR, POST),
    "preview": (ALL, GET),
    "preview-progress": (ALL, GET),
    "preview-stop": (ADMINISTRATOR, POST),
    "preview-export": (ALL, GET),
    "preview-templates": (ALL, GET),
    "preview-templates-export": (ALL, GET),
    "preview-contracts": (ALL, GET),
    "preview-contracts-export": (ALL, GET),
    "preview-account": (ALL, GET),
    "matrix": (ALL, GET),
    "matrix-export": (ALL, GET),
    "rollouts": (ALL, GET),
    "rollout-plan": (ADMINISTRATOR, FORM),
    "rollout": (ALL, GET),
    "rollout-progress": (ALL, GET),
    "rollout-start": (ADMINISTRATOR, POST),
    "rollout-pause": (ADMINISTRATOR, POST),
    "rollout-resume": (ADMINISTRATOR, POST),
    "rollout-end": (ADMINISTRATOR, POST),
    "rollout-back": (ADMINISTRATOR, POST),
    "rollout-export": (ALL, GET),
    "rollout-account": (ALL, GET),
    "repairs": (ALL, GET),
    "repair": (ALL, GET),
    "repair-progress": (ALL, GET),
    "repair-run": (HELPERS, POST),
    "repair-approve": (CONNECTORS, POST),
    "repair-decline": (CONNECTORS, POST),
    "repair-withdraw": (HELPERS, POST),
    "repair-give-up": (CONNECTORS, POST),
    "repair-undo": (HELPERS, POST),
    "repair-again": (HELPERS, POST),
    "repair-jobs": (ALL, GET),
    "repair-job": (ALL, GET),
    "repair-job-new": (HELPERS, BOTH),
    "repair-job-progress": (ALL, GET),
    "repair-job-approve": (CONNECTORS, POST),
    "repair-job-go-on": (CONNECTORS, POST),
    "repair-job-pause": (HELPERS, POST),
    "repair-job-resume": (CONNECTORS, POST),
    "repair-job-stop": (HELPERS, POST),
    "repair-job-undo": (HELPERS, POST),
    "repair-job-anew": (HELPERS, POST),
    "repair-job-export": (ALL, GET),
    "installation-repair": (HELPERS, GET),
    "installation-repair-plan": (HELPERS, POST),
    "mappings-home": (ALL, GET),
    "mapping": (ALL, GET),
    "mapping-history": (ALL, GET),
    "mapping-compare": (ALL, GET),
    "mapping-field": (ALL, GET),
    "mapping-download": (ALL, GET),
    "mapping-overrides": (ALL, GET),
    "mapping-change": (ADMINISTRATOR, FORM),
    "mapping-back": (ADMINISTRATOR, POST),
    "mapping-upload": (ADMINISTRATOR, BOTH),
    "mapping-store": (ADMINISTRATOR, FORM),
    "installation-mapping": (ALL, GET),
    "installation-mapping-history": (ALL, GET),
    "installation-mapping-compare": (ALL, GET),
    "installation-mapping-field": (ALL, GET),
    "installation-mapping-change": (CONNECTORS, FORM),
    "installation-mapping-back": (CONNECTORS, POST),
    "assumed": (ALL, GET),
    "codes": (ALL, GET),
    "code": (ALL, GET),
    "retention": (ALL, GET),
}


@dataclass(frozen=True)
class Rights:
    """Who may do what with a model in the admin."""

    view: set[str]
    add: set[str]
    change: set[str]
    delete: set[str]


NONE: set[str] = set()
MIRRORED = Rights(ALL, NONE, NONE, NONE)
MODELS = {
    "accounts_account": Rights(ALL, NONE, HELPERS, NONE),
    "accounts_apitoken": MIRRORED,
    "accounts_tag": Rights(ALL, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    # It does not go while installations rest on it.
    "blueprints_extension": Rights(ALL, ADMINISTRATOR, ADMINISTRATOR, NONE),
    "installations_installation": MIRRORED,
    "health_finding": MIRRORED,
    "health_issue": MIRRORED,
    "health_channel": Rights(ALL, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    "health_rule": Rights(ALL, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    "console_auditevent": Rights(READERS_OF_THE_RECORD, NONE, NONE, NONE),
    "auth_user": Rights(ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
    "auth_group": Rights(ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR, ADMINISTRATOR),
}
# What each action of the admin's lists is allowed to.
ACTIONS = {
    ("installations.Installation", "refresh"): HELPERS,
    ("installations.Installation", "snooze"): HELPERS,
    ("installations.Installation", "assign"): HELPERS,
    ("installations.Installation", "tag"): HELPERS,
    ("installations.Installation", "repair"): HELPERS,
    ("installations.Installation", "export_csv"): ALL,
    ("installations.Installation", "export_json"): ALL,
    ("health.Issue", "acknowledge"): HELPERS,
    ("health.Issue", "assign"): HELPERS,
    ("health.Issue", "snooze"): HELPERS,
    ("health.Issue", "export_csv"): ALL,
    ("health.Issue", "export_json"): ALL,
    ("console.AuditEvent", "export"): READERS_OF_THE_RECORD,
}
# Of the admin's own: for everybody on staff, about themselves or about nothing.
OWN = {
    "admin:index",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",
    "admin:jsi18n",
    "admin:view_on_site",
    "admin:(?P<url>.*)$",
}
# Answer without sign-in, on purpose.
PUBLIC = {"admin:login", "healthz", "readyz", "status"}


def allowed(address: Address, method: str) -> set[str] | None:
    """Who may; None for an address that is not declared."""
    name = address.name
    if name in PAGES:
        return PAGES[name][0]
    if name in OWN or (name.startswith("admin:") and address.route.endswith("<path:object_id>/")):
        return STAFF  # the latter only leads on to the row's page
    if name == "admin:autocomplete":
        return NONE  # it asks for a field that no form of ours has
    if name == "admin:app_list":
        return ALL
    if name == "admin:auth_user_password_change":
        return ADMINISTRATOR
    model, _, what = name.removeprefix("admin:").rpartition("_")
    rights = MODELS.get(model)
    if rights is None or what not in {"changelist", "history", "add", "change", "delete"}:
        return None
    if name in {"admin:installations_installation_change", "admin:health_issue_change"}:
        return ALL  # they only lead on to the row's own page
    if what in {"changelist", "history"} or (what == "change" and method != "post"):
        return rights.view
    return getattr(rights, what)


@pytest.fixture
def values() -> dict[str, Any]:
    """Something behind every address."""
    installation = make_installation()
    colleague = get_user_model().objects.create_user("colleague", is_staff=True)
    extension = installation.extension
    finding = Finding.objects.create(
        installation=installation, code="user.unset", verdict="warning", rank=2, since=timezone.now()
    )
    now = timezone.now()
    link = sharing.share(installation, 7, SAM, now)
    issue = Issue.objects.create(
        pk=link.pk,
        installation=installation,
        code="user.unset",
        verdict="warning",
        rank=2,
        holds_since=now,
        opens_at=now,
    )
    times = {"starts_at": now, "ends_at": now + timedelta(hours=1), "created_at": now}
    MaintenanceWindow.objects.create(pk=issue.pk, reason="x", created_by="x", **times)
    incident = machine.make("oneflow.down", extension.base_url, timezone.now(), timezone.now())
    make_preview(incident.pk, installation.blueprint, now)
    make_rollout(incident.pk, installation, now)
    Repair.objects.create(pk=incident.pk, installation=installation, planned_at=now, planned_by="x", summary="x")
    RepairJob.objects.create(pk=incident.pk, extension=extension, operations=[], made_at=now)
    channel = Channel.objects.create(pk=incident.pk, name="duty", kind="email")
    event = AuditEvent.objects.create(at=timezone.now(), actor="x", role="support", verb="x")
    return {
        "oneflow_id": installation.account.oneflow_id,
        "key": extension.integration_key,
        "version": installation.blueprint.version,
        "extension_type": "acme_deal",
        "code": "token.rejected",
        "custom_id": "deal_value",
        "kind": "csv",
        "id": colleague.pk,
        "pk": issue.pk,
        "number": incident.pk,
        "app_label": "accounts",
        "content_type_id": 1,
        "object_id": 1,
        "accounts_account": installation.account.pk,
        "accounts_apitoken": installation.token.pk,
        "accounts_tag": Tag.objects.create(name="key account").pk,
        "blueprints_extension": extension.pk,
        "installations_installation": installation.pk,
        "health_finding": finding.pk,
        "health_issue": issue.pk,
        "health_channel": channel.pk,
        "health_rule": Rule.objects.create(
            # Far from the ids that PostgreSQL's sequence gives: it does not know of the one above.
            pk=incident.pk,
            name="all",
            channel=Channel.objects.create(pk=channel.pk + 1_000_000, name="other", kind="email"),
        ).pk,
        "console_auditevent": event.pk,
        "auth_user": colleague.pk,
        "auth_group": Group.objects.create(name="further").pk,
    }


def make_preview(number: int, version: Blueprint, now: datetime) -> Preview:
    """A preview that goes on, with that number."""
    values = {"draft": False, "content": "x", "started_at": now, "started_by": "x", "total": 1}
    return Preview.objects.create(
        pk=number, extension=version.extension, blueprint=version, version=version.version, **values
    )


def make_rollout(number: int, installation: Installation, now: datetime) -> Rollout:
    """A planned rollout with that number, of one account."""
    values = {"wave_size": 1, "stop_percent": 10, "created_at": now, "created_by": "x"}
    rollout = Rollout.objects.create(
        pk=number, extension=installation.extension, blueprint=installation.blueprint, **values
    )
    rollout.members.create(installation=installation, wave=1)
    return rollout


def sign_in(client, who: str) -> None:
    client.logout()
    if who == OUTSIDER:
        client.force_login(get_user_model().objects.get_or_create(username="outsider")[0])
    elif who != NOBODY:
        role = "" if who == ROLELESS else who
        name = role or "roleless"
        user = get_user_model().objects.filter(username=name).first() or make_user(role)
        client.force_login(user)


def leads_to_login(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(reverse("admin:login"))


def test_every_address_is_declared():
    undeclared = [
        address.name for address in every_address() if address.name not in PUBLIC and allowed(address, "get") is None
    ]

    assert not undeclared, f"Declare who may open {undeclared} in the tables of this module."


def test_every_declared_page_and_model_exists():
    names = {address.name for address in every_address()}

    assert set(PAGES) <= names
    assert {f"admin:{model}_changelist" for model in MODELS} <= names


@pytest.mark.parametrize("who", WHO)
def test_each_role_opens_what_it_may_and_nothing_else(client, values, who):
    """The wrong role gets 403, whoever is not staff the login page; neither changes anything."""
    client.raise_request_exception = False
    sign_in(client, who)
    problems = []
    for address in every_address():
        if address.name in PUBLIC:
            continue
        for method in METHODS:
            problem = _try(client, address, method, values, who)
            if problem:
                problems.append(f"{method.upper()} {address.name}: {problem}")
            if address.name == "admin:logout":
                sign_in(client, who)

    assert not problems, "\n".join(problems)


def _try(client, address: Address, method: str, values: dict[str, Any], who: str) -> str:
    """What is wrong with the answer; "" when it is as declared."""
    may = who in (allowed(address, method) or NONE)
    denied_before = AuditEvent.objects.filter(outcome="denied").count()
    with transaction.atomic():
        with watched({"console_auditevent", "django_session"}) as changes:
            answer = getattr(client, method)(reach(address, values))
        denied = AuditEvent.objects.filter(outcome="denied").count() - denied_before
        transaction.set_rollback(True)
    status = answer.status_code
    if status >= 500:
        return f"{status}"
    if who in {OUTSIDER, NOBODY} and address.name == "admin:logout":
        return "" if not changes else f"changed {changes}"
    if who in {OUTSIDER, NOBODY}:
        return "" if leads_to_login(answer) and not changes else f"{status}, changed {changes}"
    methods = PAGES[address.name][1] if address.name in PAGES else METHODS
    if may and method not in methods:
        return "" if status == 405 and not changes else f"{status} instead of 405, changed {changes}"
    if may:
        return f"{status}, though it may" if status == 403 or leads_to_login(answer) else ""
    if status == 405 and not changes:
        return ""
    if address.name == "admin:app_list" and status == 404:
        return ""  # of what one may not see there is no list
    if status != 403 or changes:
        return f"{status} instead of 403, changed {changes}"
    return "" if denied == 1 else "the try was not recorded"


def test_a_login_page_answers_without_sign_in(client, db):
    assert client.get(reverse("admin:login")).status_code == 200


def test_every_action_is_declared():
    found = {(model, name) for model, name, _ in every_action()}

    assert found == set(ACTIONS), "Declare who may run each action in ACTIONS."


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(("model", "action"), sorted(ACTIONS))
def test_each_role_runs_the_actions_that_it_may(client, values, who, model, action):
    sign_in(client, who)
    app, name = model.lower().split(".")
    chosen = values[f"{app}_{name}"]
    data = {"action": action, "_selected_action": [chosen]}

    before = AuditEvent.objects.count()
    with watched({"console_auditevent", "django_session"}) as changes:
        answer = client.post(reverse(f"admin:{app}_{name}_changelist"), data)

    assert answer.status_code in {200, 302, 403}
    if who in ACTIONS[(model, action)]:
        assert answer.status_code != 403
        assert not leads_to_login(answer)
    else:
        assert not changes
        told = AuditEvent.objects.order_by("-pk")[: AuditEvent.objects.count() - before]
        verbs = {(label, name): function.audit_verb for label, name, function in every_action()}
        denied = [] if who in {OUTSIDER, NOBODY} else [(verbs[model, action], "denied")]
        assert [(event.verb, event.outcome) for event in told] == denied


def test_an_administrator_who_is_no_superuser_makes_no_superuser(client, values):
    sign_in(client, "administrator")
    colleague = get_user_model().objects.get(username="colleague")

    client.post(
        reverse("admin:auth_user_change", args=[colleague.pk]),
        {"username": "colleague", "is_active": "on", "is_staff": "on", "is_superuser": "on"},
    )

    colleague.refresh_from_db()
    assert not colleague.is_superuser


@pytest.mark.parametrize("name", ["auth_user_change", "auth_user_delete", "auth_user_password_change"])
def test_a_superuser_is_touched_only_by_superusers(client, values, name):
    sign_in(client, "administrator")
    root = get_user_model().objects.create_superuser("root", password="correct-horse-battery")
    before = root.password

    answer = client.post(
        reverse(f"admin:{name}", args=[root.pk]),
        {"username": "mine", "post": "yes", "password1": "another-horse-9", "password2": "another-horse-9"},
    )

    root.refresh_from_db()
    assert answer.status_code == 403
    assert (root.username, root.password) == ("root", before)


def test_nobody_gives_a_group_what_they_do_not_hold(client, values):
    sign_in(client, "administrator")
    beyond = Permission.objects.get(codename="change_auditevent")

    answer = client.post(reverse("admin:auth_group_add"), {"name": "sly", "permissions": [beyond.pk]})

    assert answer.status_code == 200  # the form again, with its error
    assert not Group.objects.filter(name="sly").exists()


@pytest.mark.parametrize("role", ["support", "administrator"])
def test_the_four_roles_are_kept_by_the_code(client, values, role):
    sign_in(client, "administrator")
    group = Group.objects.get(name=role)

    assert client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "x"}).status_code == 403
    assert client.post(reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"}).status_code == 403


def test_a_change_of_roles_stands_in_the_record(client, values):
    sign_in(client, "administrator")
    colleague = get_user_model().objects.get(username="colleague")
    group = Group.objects.get(name="support")

    client.post(
        reverse("admin:auth_user_change", args=[colleague.pk]),
        {"username": "colleague", "is_active": "on", "is_staff": "on", "groups": [group.pk]},
    )

    event = AuditEvent.objects.get(verb="user.roles")
    assert event.details == {"before": [], "after": ["support"]}
    assert event.actor == "administrator"


def test_whoever_has_no_role_sees_nothing_of_the_fleet(client, values):
    sign_in(client, ROLELESS)

    assert "Customer 410001" not in client.get(reverse("admin:index")).content.decode()


def test_every_registered_model_has_declared_rights():
    registered = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}

    assert registered == set(MODELS)


def test_permissions_come_from_groups_and_in_person_in_one_statement(db, django_assert_num_queries):
    user = get_user_model().objects.get(pk=make_user("support").pk)
    user.user_permissions.add(Permission.objects.get(codename="load_extension"))
    other = make_user("auditor")

    with django_assert_num_queries(1):
        assert user.has_perm("installations.refresh_installation")
        assert user.has_perm("blueprints.load_extension")
        assert not user.has_perm("accounts.connect_account")
    assert not get_user_model().objects.get(pk=other.pk).has_perm("installations.refresh_installation")
    assert get_user_model().objects.create_superuser("root").has_perm("accounts.connect_account")
    user.is_active = False
    assert not user.has_perm("installations.refresh_installation")
