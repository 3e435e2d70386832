"""Four roles, as Django groups. What each may do stands here and is synchronised after every migration."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

ROOMS = ("accounts", "blueprints", "installations", "mappings", "health")

SUPPORT, ONBOARDING, AUDITOR, ADMINISTRATOR = "support", "onboarding", "auditor", "administrator"
ROLES = (SUPPORT, ONBOARDING, AUDITOR, ADMINISTRATOR)

SUPPORT_MAY = {
    "accounts.change_account",
    "accounts.read_people",
    "accounts.relink_account",
    "installations.refresh_installation",
    "installations.choose_acting_user",
    "installations.export_installation",
    "health.share_status",
    "health.handle_issue",
    "health.plan_maintenance",
    "mappings.preview_lineage",
    "mappings.make_test_contract",
    "mappings.plan_repair",
}
ONBOARDING_MAY = SUPPORT_MAY | {
    "accounts.connect_account",
    "accounts.disconnect_account",
    "mappings.approve_repair",
    "mappings.override_mapping",
}
AUDITOR_MAY = {"accounts.read_people", "installations.export_installation", "console.view_auditevent"}


def permissions_of(role: str, every: dict[str, int]) -> set[str]:
    """The permissions ("app.codename") of a role, out of all that exist. The record itself nobody changes."""
    views = {name for name in every if name.split(".")[0] in ROOMS and ".view_" in name}
    if role == ADMINISTRATOR:
        record = {name for name in every if name.startswith("console.") and not name.startswith("console.view_")}
        mirrored = {name for name in every if _changes_what_oneflow_owns(name)}
        return set(every) - record - mirrored
    return views | {SUPPORT: SUPPORT_MAY, ONBOARDING: ONBOARDING_MAY, AUDITOR: AUDITOR_MAY}[role]


def _changes_what_oneflow_owns(name: str) -> bool:
    room, _, codename = name.partition(".")
    verb, _, model = codename.partition("_")
    changing = verb in {"add", "change", "delete"}
    return (
        changing
        and (room in {"installations", "health"} or model == "apitoken")
        and codename != "change_installation"  # its blueprint version, by whom it was set up: ours to say
        and (room, model) not in {("health", "channel"), ("health", "rule")}  # whom we tell, which is ours too
    )


def role_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """The roles that a user holds now, for the record: "support", "support, onboarding", "superuser" or "none"."""
    if not user.is_authenticated:
        return "none"
    if getattr(user, "is_superuser", False):
        return "superuser"
    names = sorted(group.name for group in user.groups.all())  # type: ignore[union-attr]
    return ", ".join(names) or "none"


def sync(using: str = "default", **kwargs: Any) -> None:
    """Give each role's group exactly its permissions. Runs after every migration."""
    from django.contrib.auth.models import Group, Permission  # the apps are ready by now

    every = {
        f"{app}.{codename}": pk
        for app, codename, pk in Permission.objects.using(using).values_list(
            "content_type__app_label", "codename", "pk"
        )
    }
    for role in ROLES:
        group, _ = Group.objects.using(using).get_or_create(name=role)
        wanted = permissions_of(role, every)
        group.permissions.set([every[name] for name in sorted(wanted) if name in every])
