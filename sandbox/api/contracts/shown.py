"""Contracts and what is in them as the API shows them (sections 6.9 to 6.13 and 6.15)."""

from typing import Any

from django.db.models import Prefetch

from sandbox.api import options, tags
from sandbox.api.call import Call, written_time
from sandbox.api.contracts import finding
from sandbox.contracts import lifecycle
from sandbox.models import Contract, ContractField, ContractFile, Event, Participant, Party, Product, ProductGroup

_CHILDREN = ("data_fields", "events", "files", "parties", "publish")
# What a list of contracts leaves out.
_SINGLE_ONLY = ("available_options", "data_fields", "product_groups")


def whole(call: Call, pk: int) -> dict[str, Any]:
    """A contract, read anew, with everything in it."""
    row = rows_with_parts(finding.visible(call)).get(pk=pk)
    return contract(call, row, may=finding.may_change(call, row))


def rows_with_parts(rows: Any) -> Any:
    """The rows with what is shown of each, in a few statements for all; without what the files hold."""
    files = Prefetch("files", ContractFile.objects.defer("content"))
    return rows.select_related("template", "folder").prefetch_related(
        "parties__participants", "template__product_groups", "data_fields", "product_groups__products", "tags", files
    )


def in_list(call: Call, row: Contract, *, may: bool) -> dict[str, Any]:
    shown = contract(call, row, may=may)
    return {key: value for key, value in shown.items() if key not in _SINGLE_ONLY}


def contract(call: Call, row: Contract, *, may: bool) -> dict[str, Any]:
    return {
        "_links": _links(call, row),
        "_permissions": {"contract:delete": may, "contract:download:pdf": True, "contract:send": may},
        "_private": {
            "date_format": "",
            "folder": row.folder and {"id": row.folder.pk, "name": row.folder.name},
            "name": row.name,
            "signing_period_expiration": row.signing_period,
            "value": row.value,
            "workspace_id": row.workspace_id,
        },
        "_private_ownerside": {
            "created_time": written_time(row.created_time),
            "template_id": row.template_id,
            "template_type_id": row.template_type_id,
        },
        "attachment_file_groups": _file_groups(row, "attachment"),
        "available_options": options.available(row.template),
        "data_fields": [data_field(field) for field in sorted(row.data_fields.all(), key=_pk)],
        "draft_approval_workflow": None,
        "id": row.pk,
        "lifecycle_settings": row.lifecycle_settings,
        "lifecycle_state": _lifecycle_state(row),
        "links": [],
        "parties": [party(call, one) for one in sorted(row.parties.all(), key=_pk)],
        "pdf_file_groups": _file_groups(row, "expanded_pdf"),
        "product_groups": [product_group(group) for group in sorted(row.product_groups.all(), key=_pk)],
        "published_time": written_time(row.published_time),
        "sign_order": row.sign_order,
        "signing_period_expiry_time": written_time(row.signing_period_expiry_time),
        "state": row.state,
        "state_updated_time": written_time(row.state_updated_time),
        "tags": [tags.embedded(tag) for tag in sorted(row.tags.all(), key=_pk)],
        "updated_time": written_time(row.updated_time),
    }


def data_field(field: ContractField) -> dict[str, Any]:
    """With the key in both places where clients look for it (section 6.9)."""
    return {
        "_private_ownerside": {
            "created_time": written_time(field.created_time),
            "custom_id": field.custom_id,
            "updated_time": written_time(field.updated_time),
        },
        "active": True,
        "custom_id": field.custom_id,
        "description": field.description,
        "id": field.pk,
        "name": field.name,
        "placeholder": field.placeholder,
        "source": field.source,
        "value": field.value,
    }


def party(call: Call, row: Party) -> dict[str, Any]:
    people = [participant(call, one, my_party=row.my_party) for one in sorted(row.participants.all(), key=_pk)]
    shown = {
        "_private_ownerside": {
            "created_time": written_time(row.created_time),
            "custom_id": row.custom_id,
            "updated_time": written_time(row.updated_time),
        },
        "country_code": row.country_code,
        "id": row.pk,
        "identification_number": row.identification_number,
        "my_party": row.my_party,
        "name": row.name,
        "type": row.type,
    }
    if row.type == Party.Type.INDIVIDUAL:
        return {**shown, "participant": people[0]}
    return {**shown, "participants": people}


def participant(call: Call, row: Participant, *, my_party: bool) -> dict[str, Any]:
    user = call.caller.user
    mine = my_party and user is not None and row.email.lower() == user.email.lower()
    return {
        "_options": {"invite": row.delivery_channel != "none"},
        "_permissions": {"contract:update": row.may_update},
        "_private_ownerside": {
            "created_time": written_time(row.created_time),
            "custom_id": row.custom_id,
            "first_visited_time": written_time(row.first_visited_time),
            "last_visited_time": written_time(row.last_visited_time),
            "updated_time": written_time(row.updated_time),
            "visits": row.visits,
        },
        "delivery_channel": row.delivery_channel,
        "delivery_status": row.delivery_status,
        "draft_approver": False,
        "email": row.email,
        "id": row.pk,
        "identification_number": row.identification_number,
        "my_participant": mine,
        "name": row.name,
        "organizer": row.organizer,
        "pending_approver": False,
        "phone_number": row.phone_number,
        "sign_method": row.sign_method,
        "sign_state": row.sign_state,
        "sign_state_updated_time": written_time(row.sign_state_updated_time),
        "signatory": row.signatory,
        "title": row.title,
        "two_step_authentication_method": row.two_step_authentication_method,
    }


def event(row: Event) -> dict[str, Any]:
    """ASSUMED shape; the actor is null when time alone did it."""
    return {
        "actor": row.actor,
        "contract": {"id": row.contract_id},
        "created_time": written_time(row.created_time),
        "id": row.pk,
        "type": row.type,
    }


def product_group(group: ProductGroup) -> dict[str, Any]:
    return {
        "_private_ownerside": {"created_time": written_time(group.created_time)},
        "id": group.pk,
        "products": [product(row) for row in sorted(group.products.all(), key=_pk)],
    }


def product(row: Product) -> dict[str, Any]:
    return {
        "_private_ownerside": {"created_time": written_time(row.created_time)},
        "counterparty_lock": row.counterparty_lock,
        "description": row.description,
        "id": row.pk,
        "name": row.name,
        "price_1": row.price_1,
        "price_2": row.price_2,
        "quantity": row.quantity,
    }


def _links(call: Call, row: Contract) -> dict[str, Any]:
    own = f"/contracts/{row.pk}"
    return {
        **{name: call.href(f"{own}/{name}") for name in _CHILDREN},
        "self": call.href(own),
        "template": call.href(row.template_id and f"/templates/{row.template_id}"),
        "template_type": call.href(row.template_type_id and f"/template_types/{row.template_type_id}"),
        "workspace": call.href(f"/workspaces/{row.workspace_id}"),
    }


def _file_groups(row: Contract, kind: str) -> list[dict[str, Any]]:
    """One group of all uploads of that kind, if there are any (ASSUMED)."""
    files = [
        {"extension": file.extension, "id": file.pk, "name": file.name, "type": file.type}
        for file in sorted(row.files.all(), key=_pk)
        if file.type == kind
    ]
    return [{"files": files}] if files else []


def _lifecycle_state(row: Contract) -> dict[str, Any]:
    notice = lifecycle.notice_period_start(row)
    return {
        "cancel_time": written_time(row.cancel_time),
        "contract_end_time": written_time(row.contract_end_time),
        "contract_start_time": written_time(row.contract_start_time),
        "has_ended_by_termination": row.terminated,
        "has_passed_notice_period_start_time": lifecycle.has_passed_notice(row),
        "is_canceled": row.cancel_time is not None,
        "is_recurring": lifecycle.is_recurring(row),
        "lifecycle_state": row.lifecycle_state or None,
        "lifecycle_state_updated_time": written_time(row.lifecycle_state_updated_time),
        "notice_period_start_time": written_time(notice),
        "period": row.period,
        "period_end_time": written_time(row.period_end_time),
        "period_start_time": written_time(row.period_start_time),
    }


def _pk(row: Any) -> int:
    return int(row.pk)
