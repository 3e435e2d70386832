"""Managing webhooks (section 10). What an extension made cannot be changed or deleted by hand (10.4)."""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox import switches
from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.errors import NotThere, Refusal
from sandbox.models import Webhook
from sandbox.paging import one_of, page

PROTECTED = "This webhook was created by an integration extension and cannot be changed by hand."


def listed(call: Call) -> dict[str, Any]:
    return page(call, call.caller.account.webhooks.living(), shown)


def one(call: Call, pk: int) -> dict[str, Any]:
    return shown(_visible(call, pk))


def create(call: Call) -> dict[str, Any]:
    """A webhook made through the API belongs to no extension: its `integration_instance` is null (ASSUMED)."""
    call.need_admin("manage webhooks")
    body = Checked(call.body())
    body.data.setdefault("callback_url", None)
    columns = _columns(call, body)
    body.done()
    return shown(Webhook.objects.create(account=call.caller.account, **columns))


def update(call: Call, pk: int) -> dict[str, Any]:
    """Only what the request names is changed."""
    webhook = _visible(call, pk)
    call.need_admin("manage webhooks")
    if webhook.extension_id:
        raise Refusal(403, PROTECTED)
    body = Checked(call.body())
    columns = _columns(call, body)
    body.done()
    for name, value in columns.items():
        setattr(webhook, name, value)
    webhook.save()
    return shown(webhook)


def delete(call: Call, pk: int) -> None:
    """200 with an empty body, also when there is no such webhook (as contracts do, section 15; ASSUMED here)."""
    webhook = call.caller.account.webhooks.living().filter(pk=pk).first()
    call.need_admin("manage webhooks")
    if webhook is None:
        return
    if webhook.extension_id:
        raise Refusal(403, PROTECTED)
    webhook.delete()


def shown(webhook: Webhook) -> dict[str, Any]:
    sign_key = {"sign_key": webhook.sign_key} if switches.value("echo_sign_key") else {}
    return {
        "callback_url": webhook.callback_url,
        "configuration": webhook.configuration,
        "filters": webhook.filters,
        "id": webhook.pk,
        "integration_instance": webhook.extension_id,
        "integration_process_id": None,
        "legacy_webhook": webhook.legacy_webhook,
        "template_group_id": webhook.template_group_id,
        "webhook_id": webhook.pk,
        **sign_key,
    }


def _visible(call: Call, pk: int) -> Webhook:
    row: Webhook = one_of(call.caller.account.webhooks.living(), pk, "webhook")
    return row


def _columns(call: Call, body: Checked) -> dict[str, Any]:
    """The columns that the request names, each checked."""
    readers = {
        "callback_url": read_callback_url,
        "filters": read_filters,
        "template_group_id": lambda body: _template_group(call, body),
        "sign_key": lambda body: body.text("sign_key", high=1000, default=None),
        "configuration": _configuration,
    }
    return {name: read(body) for name, read in readers.items() if name in body.data}


def read_callback_url(body: Checked) -> Any:
    url = body.text("callback_url", low=1, high=1000)
    try:
        usable = urlsplit(url).scheme == "https" and bool(urlsplit(url).hostname)
    except ValueError:
        usable = False
    if url and not (usable and re.fullmatch(r"[\x21-\x7e]+", url)):
        body.wrong("callback_url", "An https address is expected.")
    return url


def _template_group(call: Call, body: Checked) -> Any:
    pk = body.data["template_group_id"]
    if pk is None:
        return None
    if not Checked.is_id(pk):
        return body.wrong("template_group_id", "The id of a template type is expected.")
    if not call.caller.account.template_types.living().filter(pk=pk).exists():
        raise NotThere("template type")
    return pk


def _configuration(body: Checked) -> Any:
    value = body.data["configuration"]
    return value if isinstance(value, dict) else body.wrong("configuration", "An object is expected.")


def read_filters(body: Checked) -> Any:
    """`filters` when they have the shape of section 10.2; what else stands in them is passed over."""
    filters = body.data["filters"]
    if filters is None:
        return None
    if not isinstance(filters, list):
        return body.wrong("filters", "A list is expected.")
    read = []
    for number, item in enumerate(filters):
        rules = item.get("filter_rules") if isinstance(item, dict) else None
        name = f"filters[{number}].filter_rules"
        if not isinstance(rules, list) or not 1 <= len(rules) <= 2:
            body.wrong(name, "One or two rules are expected.")
            continue
        for place, rule in enumerate(rules):
            if not _is_rule(rule):
                body.wrong(f"{name}[{place}]", "Expected type EVENT_TYPE or WORKSPACE, and values of that type.")
                continue
            rules[place] = {"type": rule["type"], "values": rule["values"]}
        read.append({"filter_rules": rules})
    return read


def _is_rule(rule: Any) -> bool:
    values = rule.get("values") if isinstance(rule, dict) else None
    if not isinstance(values, list) or not values:
        return False
    if rule.get("type") == "EVENT_TYPE":
        return len(values) <= 50 and all(isinstance(value, str) for value in values)
    return rule.get("type") == "WORKSPACE" and all(type(value) is int for value in values)
