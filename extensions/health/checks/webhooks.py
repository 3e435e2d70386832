"""Whether each template type of ours has one webhook of ours that sends what we need to where it should.

What "of ours" means is told in `extensions.installations.matching`; a customer's own webhook is none of our business.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from extensions.blueprints.models import BlueprintTemplateType
from extensions.health.asking import Answer, Found, Unjudged, check, missing_types
from extensions.health.facts import Facts
from extensions.installations.matching import may_be_ours, texts
from extensions.installations.models import TemplateType, Webhook
from oneflow.addresses import is_loopback
from oneflow.callbacks import masked_callback_url

NEEDS = ("template_types", "webhooks")


def _found(code: str, facts: Facts, webhook: Webhook, answer: str, **values: object) -> Found:
    """A finding about one webhook; which template type it serves stands in the evidence."""
    return Found(
        code,
        subject=f"webhook/{webhook.oneflow_id}",
        subject_name=str(webhook.oneflow_id),
        evidence={
            "asked": "GET /webhooks",
            "answer": answer,
            "part": "webhooks",
            "template_type": _type_served(facts, webhook),
            "callback_url": webhook.callback_url,
            "by_extension": _by_extension(webhook),
            **values,
        },
    )


def _by_extension(webhook: Webhook) -> bool:
    """Whether the extension made it, so that nobody but Oneflow can change it."""
    return webhook.integration_instance is not None and not webhook.remembered


def _type_served(facts: Facts, webhook: Webhook) -> str:
    """The extension type of the type that a webhook is tied to; "" for none of ours.

    A type that is gone counts too: what is wrong with its webhook follows from that. So it does where the type was
    gone before we first looked: what is tied to none that Oneflow lists belongs to one that should be there and is not.
    """
    tied_to = webhook.template_type_oneflow_id
    here = (wanted.extension_type for wanted, row in facts.here() if row.oneflow_id == tied_to)
    gone = (
        row.confirmed_role or row.extension_type
        for row in facts.mirror.template_types
        if row.oneflow_id == tied_to and row.missing_since is not None
    )
    return next((role for role in (*here, *gone, *_never_seen(facts, tied_to)) if role in facts.roles), "")


def _never_seen(facts: Facts, tied_to: int | None) -> Iterator[str]:
    """The wanted types that are not there, for a webhook that is tied to a type of which we have no row."""
    seen = {row.oneflow_id for row in facts.mirror.template_types}
    if tied_to is not None and tied_to not in seen and facts.read_at("template_types"):
        yield from (role for role, row in facts.roles.items() if row is None)


def _bound(facts: Facts, row: TemplateType) -> list[Webhook]:
    return [each for each in facts.webhooks_of_ours if each.template_type_oneflow_id == row.oneflow_id]


def _unbound(facts: Facts) -> list[Webhook]:
    return [each for each in facts.webhooks_of_ours if each.template_type_oneflow_id is None]


@check("webhook.missing", needs=NEEDS)
def missing(facts: Facts) -> Answer:
    """Each template type of ours has a webhook. One tied to no type sends every contract, hence these too."""
    yield from missing_types(facts)
    if _unbound(facts):
        return
    for wanted, row in facts.here():
        if not _bound(facts, row):
            yield Found(
                "webhook.missing",
                subject=wanted.extension_type,
                subject_name=row.name,
                evidence={
                    "asked": "GET /webhooks",
                    "answer": f"none of ours for template type {row.oneflow_id}",
                    "part": "webhooks",
                    **_in_doubt(facts, row),
                },
            )


def _in_doubt(facts: Facts, row: TemplateType) -> dict[str, object]:
    """The webhooks tied to the type that may be ours, as only a person can say; where there are any."""
    account_id, patterns = facts.installation.account.oneflow_id, facts.callback_urls()
    tied = (each for each in facts.mirror.webhooks if each.template_type_oneflow_id == row.oneflow_id)
    found = [each.oneflow_id for each in tied if may_be_ours(each, patterns=patterns, account_id=account_id)]
    return {"may_be_ours": found} if found else {}


@check("webhook.duplicate", needs=NEEDS)
def duplicate(facts: Facts) -> Answer:
    """No template type has two webhooks of ours, which would tell everything twice."""
    yield from missing_types(facts)
    for wanted, row in facts.here():
        bound = _bound(facts, row)
        ids = [each.oneflow_id for each in bound]
        if len(ids) > 1:
            yield Found(
                "webhook.duplicate",
                subject=wanted.extension_type,
                subject_name=row.name,
                evidence={
                    "asked": "GET /webhooks",
                    "answer": f"{len(ids)} of ours: {', '.join(map(str, ids))}",
                    "part": "webhooks",
                    "webhooks": ids,
                    "by_extension": all(map(_by_extension, bound)),
                },
            )


@check("webhook.misdirected", "webhook.insecure", needs=("webhooks",))
def address(facts: Facts) -> Answer:
    """The webhooks of ours point to a right address, by https; loopback, where the sandbox is, excepted."""
    patterns = facts.callback_urls()
    shown = [masked_callback_url(each) for each in patterns]
    for webhook in facts.webhooks_of_ours:
        if patterns and not facts.points_right(webhook):
            yield _found("webhook.misdirected", facts, webhook, "another address", expected=shown)
        if not _secure(webhook.callback_url):
            yield _found("webhook.insecure", facts, webhook, "no https")


def _secure(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme.lower() == "https" or is_loopback(host)


@check("webhook.unbound", "webhook.legacy", needs=("webhooks",))
def form(facts: Facts) -> Answer:
    """The webhooks of ours are tied to a template type and send the current format (API: 10.1, 11.6)."""
    for webhook in facts.webhooks_of_ours:
        if webhook.template_type_oneflow_id is None:
            yield _found("webhook.unbound", facts, webhook, "template_group_id: null")
        if webhook.legacy:
            yield _found("webhook.legacy", facts, webhook, "legacy_webhook: true")


@check("webhook.deaf", needs=NEEDS)
def deaf(facts: Facts) -> Answer:
    """Each webhook sends every wanted event type, from each workspace that has its type's templates.

    Each for itself: another of the same type may point to a wrong address, and is the one to be removed.
    """
    yield from missing_types(facts)
    lacks: dict[int, Found] = {}
    for wanted, row in facts.here():
        serving = _bound(facts, row) or _unbound(facts)
        for webhook in serving:
            if left_out := _left_out(wanted, row, webhook, facts):
                evidence = {"template_type": wanted.extension_type, "template_type_name": row.name, **left_out}
                answer = "its filters leave out what we need"
                lacks.setdefault(webhook.oneflow_id, _found("webhook.deaf", facts, webhook, answer, **evidence))
        if serving and not facts.read("templates"):
            yield Unjudged(within=wanted.extension_type, part="templates")
    yield from lacks.values()


def _left_out(
    wanted: BlueprintTemplateType, row: TemplateType, webhook: Webhook, facts: Facts
) -> dict[str, list[object]]:
    """The event types that no workspace sends, and the workspaces that do not send all the others."""
    rules = list(_filters(webhook))
    if not rules:
        return {}  # without filters it sends everything
    # Where the templates are is not judged from what was read at another time.
    templates = facts.templates_here.get(row.oneflow_id, ()) if facts.read("templates") else ()
    workspaces = {place for template in templates for place in _ids(template.workspace_ids)}
    events = texts(wanted.event_types)
    deaf_to: list[object] = [event for event in events if not any(_hears(rule, event) for rule in rules)]
    heard = [event for event in events if event not in deaf_to]
    blind_to: list[object] = [
        place
        for place in sorted(workspaces)
        if not all(any(_hears(rule, event, place) for rule in rules) for event in heard)
    ]
    found = {"event_types": deaf_to, "workspaces": blind_to}
    return {name: values for name, values in found.items() if values}


def _filters(webhook: Webhook) -> Iterator[dict[str, object]]:
    filters = webhook.filters if isinstance(webhook.filters, list) else []
    return (each for each in filters if isinstance(each, dict))


def _hears(rule: dict[str, object], event: str, workspace: int | None = None) -> bool:
    """Whether a filter lets an event through; the rules inside one are AND, a rule it has not narrows nothing."""
    events, places = rule.get("event_types"), rule.get("workspace_ids")
    heard = events is None or (isinstance(events, list) and event in events)
    within = workspace is None or places is None or (isinstance(places, list) and workspace in places)
    return heard and within


def _ids(value: object) -> list[int]:
    return [each for each in value if isinstance(each, int)] if isinstance(value, list) else []
