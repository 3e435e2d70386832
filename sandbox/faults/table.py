"""Every fault: its code, the sentence that the control plane shows, and the change that brings it about."""

from collections.abc import Callable

from sandbox.faults.aims import Aim, NoAim
from sandbox.faults.journal import Journal
from sandbox.models import DataField, Webhook

Change = Callable[[Journal, Aim], None]
# The code of each fault → what it does to the account, and the sentence about it.
FAULTS: dict[str, tuple[Change, str]] = {}


def fault(code: str, sentence: str) -> Callable[[Change], Change]:
    """Enter a change into the table."""

    def enter(change: Change) -> Change:
        FAULTS[code] = (change, sentence)
        return change

    return enter


@fault("token.rejected", "every token of the account that works is revoked")
def reject_tokens(journal: Journal, aim: Aim) -> None:
    for token in aim.live_tokens():
        journal.set(token, revoked=True)


@fault("token.foreign", "the tokens belong to another integration (HubSpot)")
def make_tokens_foreign(journal: Journal, aim: Aim) -> None:
    other = aim.account.extensions.get(key="hubspot")
    for token in aim.live_tokens():
        journal.set(token, extension_id=other.pk)


@fault("user.gone", "the acting user is inactive")
def deactivate_user(journal: Journal, aim: Aim) -> None:
    journal.set(aim.acting_user(), active=False)


@fault("extension.absent", "the extension is not listed")
def unlist_extension(journal: Journal, aim: Aim) -> None:
    journal.set(aim.extension(), removed=True)


@fault("extension.disabled", "the extension is listed as disabled; the token works on")
def switch_extension_off(journal: Journal, aim: Aim) -> None:
    journal.set(aim.extension(), enabled=False)


@fault("dependency.disabled", "the extension that ours depends on for its webhooks is disabled")
def switch_dependency_off(journal: Journal, aim: Aim) -> None:
    journal.set(aim.account.extensions.get(key="webhooks"), enabled=False)


@fault("template_type.missing", "a template type of ours is gone")
def remove_type(journal: Journal, aim: Aim) -> None:
    journal.set(aim.type_of_ours(), removed=True)


@fault("template_type.inactive", "a template type of ours is inactive")
def deactivate_type(journal: Journal, aim: Aim) -> None:
    journal.set(aim.type_of_ours(), active=False)


@fault("template_type.unused", "every template of one of our types is inactive")
def deactivate_templates(journal: Journal, aim: Aim) -> None:
    for template in aim.type_of_ours().templates.order_by("pk"):
        journal.set(template, active=False)


@fault("workspace.none", "the acting user may create contracts in no workspace")
def forbid_creating(journal: Journal, aim: Aim) -> None:
    for membership in aim.acting_user().memberships.order_by("pk"):
        journal.set(membership, can_create=False)


@fault("field.missing", "a data field of ours is gone")
def remove_field(journal: Journal, aim: Aim) -> None:
    journal.set(aim.field(), removed=True)


@fault("field.inactive", "a data field of ours is inactive")
def deactivate_field(journal: Journal, aim: Aim) -> None:
    journal.set(aim.field(), active=False)


@fault("field.changed", "a data field of ours has another name")
def rename_field(journal: Journal, aim: Aim) -> None:
    field = aim.field()
    journal.set(field, name=f"{field.name} (renamed)")


@fault("field.shadowed", "a user field bears the name of one of ours")
def shadow_field(journal: Journal, aim: Aim) -> None:
    field = aim.field()
    copy = DataField(
        template_type_id=field.template_type_id,
        custom_id=f"{field.custom_id}_copy",
        name=field.name,
        source=DataField.Source.USER,
    )
    if DataField.objects.filter(template_type=field.template_type_id, custom_id=copy.custom_id).exists():
        raise NoAim(f"The account has a data field {copy.custom_id} already.")
    journal.make(copy)


@fault("webhook.missing", "the extension's webhook for a template type is gone")
def remove_webhook(journal: Journal, aim: Aim) -> None:
    journal.set(aim.webhook(), removed=True)


@fault("webhook.misdirected", "a webhook of ours calls an old host")
def misdirect_webhook(journal: Journal, aim: Aim) -> None:
    journal.set(aim.webhook(), callback_url=f"https://old-hooks.acme.example/oneflow/{aim.account.pk}")


@fault("webhook.insecure", "a webhook of ours calls http instead of https")
def make_webhook_insecure(journal: Journal, aim: Aim) -> None:
    webhook = aim.webhook()
    journal.set(webhook, callback_url=webhook.callback_url.replace("https://", "http://", 1))


@fault("webhook.deaf", "the filters of a webhook of ours leave out one event type that we want")
def deafen_webhook(journal: Journal, aim: Aim) -> None:
    kept = aim.part().event_types()[:-1]
    if not kept:
        raise NoAim("The blueprint wants fewer than two event types of this webhook, so none can be left out.")
    rule = {"type": "EVENT_TYPE", "values": kept}
    journal.set(aim.webhook(), filters=[{"filter_rules": [rule]}])


@fault("webhook.duplicate", "two webhooks of ours report one template type")
def duplicate_webhook(journal: Journal, aim: Aim) -> None:
    first = aim.webhook()
    journal.make(
        Webhook(
            account=aim.account,
            extension_id=first.extension_id,
            callback_url=first.callback_url,
            filters=first.filters,
            template_group_id=first.template_group_id,
            sign_key=first.sign_key,
            configuration=first.configuration,
        )
    )


@fault("webhook.unbound", "a webhook of ours is tied to no template type")
def unbind_webhook(journal: Journal, aim: Aim) -> None:
    journal.set(aim.webhook(), template_group_id=None)


@fault("webhook.legacy", "a webhook of ours has the old format")
def make_webhook_legacy(journal: Journal, aim: Aim) -> None:
    journal.set(aim.webhook(), legacy_webhook=True)


@fault("api.limited", "/webhooks answers 429")
def limit_api(journal: Journal, aim: Aim) -> None:
    """Nothing is stored but the fault itself: `answers` looks for it."""


@fault("api.failing", "everything but /ping and /accounts/me answers 500")
def fail_api(journal: Journal, aim: Aim) -> None:
    """Nothing is stored but the fault itself: `answers` looks for it."""
