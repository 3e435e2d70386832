"""A stand-in of the partner's code: it sets an account up through the API, as the Toolkit expects (section 12.4)."""

import json
from typing import Any

from django.db import transaction

from sandbox.api import data_fields, template_types, webhooks
from sandbox.api.call import Call
from sandbox.authentication import Caller
from sandbox.blueprints import stored
from sandbox.blueprints.shape import BlueprintType
from sandbox.models import Extension, Token


@transaction.atomic
def set_up(extension: Extension, token: Token) -> None:
    """Make each template type that the blueprint describes, its fields and its webhook; mend what is there already.

    What is made has source `user` and no extension type. The ids are remembered, as the partner's code has to.
    """
    blueprint = stored.of(extension)
    assert blueprint is not None, "only a partner's extension is set up"
    remembered = dict(extension.toolkit_types)
    for part in blueprint.template_types:
        remembered[part.extension_type] = _set_up_type(extension, token, part)
    extension.toolkit_types = remembered
    extension.save(update_fields=["toolkit_types"])


def _set_up_type(extension: Extension, token: Token, part: BlueprintType) -> int:
    pk = extension.toolkit_types.get(part.extension_type)
    account = extension.account
    if not account.template_types.living().filter(pk=pk).exists():
        pk = template_types.create(_call(token, {"name": part.name, "description": part.description}))["id"]
    own = [
        {"custom_id": field.custom_id}
        for field in account.template_types.get(pk=pk).data_fields.living()
        if field.custom_id not in part.field_columns()
    ]
    wanted = [
        {
            "custom_id": custom_id,
            "active": True,
            **{name: columns[name] for name in ("name", "description", "placeholder")},
        }
        for custom_id, columns in part.field_columns().items()
    ]
    # The PUT replaces the set: what the customer added is sent along, lest it be removed (section 13).
    data_fields.replace(_call(token, {"data_fields": wanted + own}), pk)
    if part.webhook is not None and not account.webhooks.living().filter(template_group_id=pk).exists():
        columns = part.webhook_columns(account)
        webhooks.create(_call(token, {**columns, "template_group_id": pk}))
    return int(pk)


def _call(token: Token, body: dict[str, Any]) -> Call:
    """A request of the partner's code as the API's handlers get it: by the token alone."""
    return Call(Caller(token.account, token, None), "", "", {}, json.dumps(body).encode())
