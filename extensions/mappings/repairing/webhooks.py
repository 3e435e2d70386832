"""Planning webhooks of ours: one that is missing, one whose address is wrong, one that we made and take away again."""

from typing import Any

from extensions.blueprints.rules import PLACEHOLDER, callback_url_problem
from extensions.installations.matching import has_our_path, points_right
from extensions.mappings.repairing.account import Reading
from extensions.mappings.repairing.comparing import watched
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.plans import Call, Cell, Fate, Plan, Row, Write, printable
from extensions.mappings.repairing.refusing import ONLY_ONEFLOW, ONLY_THE_CUSTOMER, Refused
from oneflow.assumed import webhook_writes
from oneflow.callbacks import masked_callback_url
from oneflow.kept import KeptWebhook

# Of one rule (create-a-webhook).
MOST_EVENT_TYPES = 50
NOT_UNDONE = {
    Kind.CREATE_WEBHOOK: "Undoing removes the webhook again. What it has delivered by then is delivered.",
    Kind.CORRECT_WEBHOOK_URL: "Undoing puts the former address back. What was sent to the new one stays there.",
    Kind.RESTORE_WEBHOOK_URL: "What was sent to the address that is given up stays there.",
    Kind.REMOVE_WEBHOOK: "The webhook cannot be brought back under its id: another would have to be made.",
}


def address(context: Context) -> str:
    """The address that the extension's patterns give this account; "" where none says it in full."""
    full = (each for each in context.callback_urls if "*" not in each)
    return next((each.strip().replace(PLACEHOLDER, str(context.account_id)) for each in full), "")


def plan(operation: Operation, reading: Reading, context: Context, former: Plan | None) -> Plan:
    """The plan of one operation on a webhook. `former` is the plan that it undoes. Raises `Refused`."""
    if operation.kind is Kind.CREATE_WEBHOOK:
        return _created(operation, reading, context)
    webhook = _ours(operation, reading, context)
    if operation.kind is Kind.REMOVE_WEBHOOK:
        return _removed(operation, webhook, reading, context)
    restored = operation.kind is Kind.RESTORE_WEBHOOK_URL
    url = _former_url(former) if restored else _right_address(operation.url, context)
    return _readdressed(operation, webhook, url, reading, context)


def _created(operation: Operation, reading: Reading, context: Context) -> Plan:
    wanted = context.wanted_type(operation.role)
    if context.by_extension:
        raise Refused(f'The extension makes the webhook of "{wanted.name}", not its callers.', ONLY_ONEFLOW)
    found = reading.type_of(operation.role, context)
    if found is None:
        raise Refused(f'The account has no "{wanted.name}" to tie it to.', "Repair the missing template type first.")
    url = _right_address(operation.url, context)
    if there := [each for each in reading.webhooks or () if each.template_group_id == found.id and _is(each, context)]:
        raise Refused(
            f'"{found.name}" has a webhook of ours already (id {there[0].id}): a second would tell everything twice.',
            "Correct the address of the one that is there.",
        )
    if doubtful := [
        each for each in reading.webhooks or () if each.template_group_id == found.id and _may_be(each, context)
    ]:
        raise Refused(
            f'Webhook {doubtful[0].id} of "{found.name}" has our path at another host and may be ours: a second would '
            "tell everything twice.",
            "Say on the Webhooks page of the installation whether it is ours: an administrator can.",
        )
    events = [each for each in wanted.event_types if isinstance(each, str)][:MOST_EVENT_TYPES]
    rules = [{"filter_rules": [{"type": "EVENT_TYPE", "values": events}]}] if events else None
    body: dict[str, Any] = {"callback_url": url, "filters": rules, "template_group_id": found.id}
    cells = (
        _address_cell(context, None, url),
        Cell("template type", wanted.name, None, found.name),
        Cell("event types", _listed(events), None, _listed(events)),
        Cell("signed", "yes", None, "by the extension's sign key" if context.has_sign_key else "no: no key is set"),
    )
    return Plan(
        operations=(operation,),
        write=Write(Call.CREATE_WEBHOOK, found.id, body, operation.role, signed=context.has_sign_key),
        before=watched(Call.CREATE_WEBHOOK, found.id, operation.role, reading, context),
        rows=(Row(operation.role, f"webhook of {found.name}", Fate.ADDED, "ours", cells),),
        seen=tuple(sorted(each.id for each in reading.webhooks or ())),
        not_undone=(NOT_UNDONE[operation.kind],),
    )


def _readdressed(operation: Operation, webhook: KeptWebhook, url: str, reading: Reading, context: Context) -> Plan:
    if webhook.callback_url == url:
        raise Refused("The webhook points there already.", "Nothing is to be done: refresh and look again.")
    body = {**webhook.as_body(), "callback_url": url}
    # One that Oneflow does not show would be lost, should a PUT replace all.
    signed = context.has_sign_key and not body.get("sign_key")
    key = "the extension's, sent again since Oneflow does not show it" if signed else "as it is"
    cells = (_address_cell(context, webhook.callback_url, url), Cell("sign key", None, "not shown here", key))
    return Plan(
        operations=(operation,),
        write=Write(Call.UPDATE_WEBHOOK, webhook.id, body, signed=signed),
        before=watched(Call.UPDATE_WEBHOOK, webhook.id, "", reading, context),
        rows=(Row(f"webhook/{webhook.id}", f"webhook {webhook.id}", Fate.CHANGED, "ours", cells),),
        not_undone=(NOT_UNDONE[operation.kind],),
        assumed=(webhook_writes.ASSUMED.removeprefix("Assumed: ").capitalize(),),
    )


def _removed(operation: Operation, webhook: KeptWebhook, reading: Reading, context: Context) -> Plan:
    name = f"webhook {webhook.id}"
    cells = (_address_cell(context, webhook.callback_url, None),)
    return Plan(
        operations=(operation,),
        write=Write(Call.DELETE_WEBHOOK, webhook.id, {}),
        before=watched(Call.DELETE_WEBHOOK, webhook.id, "", reading, context),
        rows=(Row(f"webhook/{webhook.id}", name, Fate.REMOVED, "ours", cells),),
        removes=(name,),
        not_undone=(NOT_UNDONE[operation.kind],),
    )


def _ours(operation: Operation, reading: Reading, context: Context) -> KeptWebhook:
    """The webhook that the operation names, if the console may change it. Raises `Refused`."""
    found = next((each for each in reading.webhooks or () if each.id == operation.webhook), None)
    if found is None:
        raise Refused(f"Oneflow lists no webhook {operation.webhook}.", "Refresh the installation and look again.")
    if found.integration_instance is not None and found.id not in context.remembered:
        raise Refused(f"Webhook {found.id} was made by an extension.", ONLY_ONEFLOW)
    if context.by_extension:
        raise Refused(f"What is ours in this account the extension made, and webhook {found.id} is not.", ONLY_ONEFLOW)
    if not _is(found, context):
        raise Refused(f"Webhook {found.id} is not known to be ours.", ONLY_THE_CUSTOMER)
    if operation.kind is Kind.REMOVE_WEBHOOK and found.id not in context.remembered:
        raise Refused(f"Nobody remembers making webhook {found.id}.", ONLY_THE_CUSTOMER)
    return found


def _is(webhook: KeptWebhook, context: Context) -> bool:
    shown = masked_callback_url(webhook.callback_url)
    return webhook.id in context.remembered or points_right(shown, context.callback_urls, context.account_id)


def _may_be(webhook: KeptWebhook, context: Context) -> bool:
    known = webhook.integration_instance is not None or webhook.id in context.disowned
    return not known and has_our_path(
        masked_callback_url(webhook.callback_url), context.callback_urls, context.account_id
    )


def _right_address(given: str, context: Context) -> str:
    """The address to write: the given one if it is right, else the extension's own. Raises `Refused`."""
    url = given.strip() or address(context)
    if not context.callback_urls:
        raise Refused("The extension names no right callback URL.", "Set its right callback URLs first, in the admin.")
    if not url:
        raise Refused(
            "The extension's right callback URLs leave open where this account's webhook points: each has a * in it.",
            "Give the full address.",
        )
    if problem := _problem(url, context):
        raise Refused(f"The address cannot be used: {problem}", "Give the full address, as the product receives at it.")
    return url


def _problem(url: str, context: Context) -> str:
    if PLACEHOLDER in url or "*" in url:
        return "it is a pattern, and a webhook needs the full address."
    if problem := callback_url_problem(url):
        return problem
    if not url.isascii() or not url.isprintable():
        return "it holds characters that no address has."
    if not points_right(masked_callback_url(url), context.callback_urls, context.account_id):
        return "it matches none of the extension's right callback URLs for this account."
    return ""


def _former_url(former: Plan | None) -> str:
    shown = ((former.before.get("webhook") if former else None) or {}).get("shown", {})
    url = shown.get("callback_url")
    if not isinstance(url, str) or not url:
        raise Refused("The former address is not in the snapshot.", "Correct the address instead.")
    return url


def _address_cell(context: Context, before: str | None, after: str | None) -> Cell:
    right = ", ".join(map(masked_callback_url, context.callback_urls))
    return Cell("address", right, *(each and printable(masked_callback_url(each)) for each in (before, after)))


def _listed(events: list[str]) -> str:
    return ", ".join(events) or "all"
