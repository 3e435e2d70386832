"""Contracts: the list, one, what changes them, their data fields and events (sections 6.10, 6.15 and 8)."""

from sandbox.openapi.common import COMMA_LIST_OF_IDS, child_paging, links, page_of, paging, permissions
from sandbox.openapi.describing import (
    DATETIME,
    FLAG,
    ID,
    NOTHING,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    always_empty,
    array,
    marked,
    nullable,
    one_of,
    path_part,
    query,
    ref,
    sent,
    text,
    thing,
)

STATES = ("draft", "pending", "overdue", "signed", "declined")
LIVES = ("awaiting", "active", "ended")
AMOUNT: Schema = {**TEXT, "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$"}
_WHEN = marked("D", nullable(DATETIME))
_LIST_OF_STATES: Schema = {**TEXT, "pattern": f"^({'|'.join(STATES)})(,({'|'.join(STATES)}))*$"}
_LIST_OF_LIVES: Schema = {**TEXT, "pattern": f"^({'|'.join(LIVES)})(,({'|'.join(LIVES)}))*$"}
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)"
_RANGE: Schema = {**TEXT, "pattern": rf"^({_TIME})?\|({_TIME})?$"}
_OWN_TIMES = {"created_time": marked("C", DATETIME), "updated_time": marked("C", nullable(DATETIME))}

_SETTINGS = {
    "duration": marked("F", nullable(TEXT)),
    "end_date": marked("F", nullable(TEXT)),
    "initial_duration": marked("F", nullable(TEXT)),
    "notice_period": marked("F", nullable(TEXT)),
    "start_date": marked("F", nullable(TEXT)),
    "type": marked("F", one_of("no_duration", "single_period", "recurring", "recurring_two_periods")),
}
_PERIOD = {
    "type": marked("D", one_of("never", "days_after_publish", "fixed_date")),
    "expire_days_after_publish": marked("D", {**WHOLE, "minimum": 1, "maximum": 3650}),
    "expire_fixed_date": marked("ASSUMED", TEXT, "The day that a fixed date names; the attribute's name is ASSUMED."),
}
_VALUE = {"amount": marked("D", AMOUNT), "currency": marked("D", text(3, 3))}
LISTED: dict[str, Schema] = {
    "_links": links(
        "data_fields", "events", "files", "parties", "publish", "self", "template", "template_type", "workspace"
    ),
    "_permissions": permissions("contract:delete", "contract:download:pdf", "contract:send"),
    "_private": marked(
        "D",
        thing(
            "6.10",
            {
                "date_format": marked("C", TEXT),
                "folder": marked("C", nullable(ref("FolderOfContract"))),
                "name": marked("D", text(0, 130)),
                "signing_period_expiration": marked("D", ref("SigningPeriod")),
                "value": marked("D", nullable(ref("DealSize"))),
                "workspace_id": marked("D", ID),
            },
        ),
    ),
    "_private_ownerside": marked(
        "C",
        thing(
            "6.10",
            {
                "created_time": marked("C", DATETIME),
                "template_id": marked("C", nullable(ID)),
                "template_type_id": marked("C", nullable(ID)),
            },
        ),
    ),
    "attachment_file_groups": marked("D", array(ref("FileGroup"))),
    "draft_approval_workflow": marked("C", NOTHING),
    "id": marked("D", ID),
    "lifecycle_settings": marked("D", ref("LifecycleSettings")),
    "lifecycle_state": marked("D", ref("LifecycleState")),
    "links": marked("D", always_empty()),
    "parties": marked("D", array(ref("Party"))),
    "pdf_file_groups": marked("D", array(ref("FileGroup"))),
    "published_time": _WHEN,
    "sign_order": marked("C", array(ID), "Ids of participants (ASSUMED)."),
    "signing_period_expiry_time": _WHEN,
    "state": marked("F", one_of(*STATES)),
    "state_updated_time": marked("D", DATETIME),
    "tags": marked("C", array(ref("EmbeddedTag"))),
    "updated_time": marked("D", DATETIME),
}

SCHEMAS: dict[str, Schema] = {
    "Contract": thing("6.10", LISTED),
    "ContractPage": page_of("Contract"),
    "ContractInFull": thing(
        "6.10",
        {
            **LISTED,
            "available_options": marked("D", ref("AvailableOptions")),
            "data_fields": marked("D", array(ref("ContractDataField"))),
            "product_groups": marked("D", array(ref("ProductGroup"))),
        },
    ),
    "DealSize": thing("6.10", _VALUE),
    "FolderOfContract": thing("6.10", {"id": marked("C", ID), "name": marked("ASSUMED", TEXT)}),
    "SigningPeriod": thing("8.3", _PERIOD, optional=("expire_days_after_publish", "expire_fixed_date")),
    "LifecycleSettings": thing("9.2", _SETTINGS),
    "LifecycleState": thing(
        "9.2",
        {
            "cancel_time": marked("F", nullable(DATETIME)),
            "contract_end_time": marked("F", nullable(DATETIME)),
            "contract_start_time": marked("F", nullable(DATETIME)),
            "has_ended_by_termination": marked("F", FLAG),
            "has_passed_notice_period_start_time": marked("F", FLAG),
            "is_canceled": marked("F", FLAG),
            "is_recurring": marked("F", FLAG),
            "lifecycle_state": marked("D", nullable(one_of(*LIVES)), "Null before it is signed."),
            "lifecycle_state_updated_time": marked("F", nullable(DATETIME)),
            "notice_period_start_time": marked("F", nullable(DATETIME)),
            "period": marked("F", nullable({**WHOLE, "minimum": 1})),
            "period_end_time": marked("F", nullable(DATETIME)),
            "period_start_time": marked("F", nullable(DATETIME)),
        },
    ),
    "ContractDataField": thing(
        "6.9",
        {
            "_private_ownerside": marked(
                "F",
                thing("6.9", {**_OWN_TIMES, "custom_id": marked("D", text(1, 200))}),
                "One of two places of the key.",
            ),
            "active": marked("D", FLAG),
            "custom_id": marked("C", text(1, 200), "The other place of the key."),
            "description": marked("D", TEXT),
            "id": marked("D", ID),
            "name": marked("D", TEXT),
            "placeholder": marked("D", TEXT),
            "source": marked("D", one_of("user", "system")),
            "value": marked("D", text(0, 1024)),
        },
    ),
    "ContractDataFieldPage": page_of("ContractDataField", all_at_once=True),
    "ContractDataFields": thing("8.2", {"data_fields": marked("I", array(ref("ContractDataField")))}),
    "ContractEvent": thing(
        "6.15",
        {
            "actor": marked("C", nullable(ref("Actor")), "Null when time alone did it (ASSUMED)."),
            "contract": marked("ASSUMED", thing("6.15", {"id": marked("ASSUMED", ID)})),
            "created_time": marked("D", DATETIME),
            "id": marked("D", ID),
            "type": marked("D", TEXT),
        },
    ),
    "Actor": thing(
        "6.15",
        {
            "participant": marked("ASSUMED", nullable(ref("NamedThing"))),
            "party": marked("C", nullable(ref("NamedThing"))),
        },
    ),
    "NamedThing": thing("6.15", {"id": marked("C", ID), "name": marked("ASSUMED", TEXT)}),
    "ContractEventPage": page_of("ContractEvent", all_at_once=True),
    "SentDealSize": sent(
        "8.3", {"amount": marked("D", AMOUNT), "currency": marked("D", text(3, 3))}, required=("amount",)
    ),
    "SentTag": sent("8.1", {"id": marked("D", ID)}, required=("id",)),
    "NewContract": sent(
        "8.1",
        {
            "workspace_id": marked("D", ID),
            "template_id": marked("D", ID),
            "name": marked("D", nullable(text(0, 130))),
            "data_fields": marked(
                "D",
                array(
                    sent(
                        "8.1",
                        {"custom_id": marked("D", text(1, 200)), "value": marked("D", text(0, 1024))},
                        required=("custom_id", "value"),
                    ),
                    maxItems=300,
                ),
            ),
            "parties": marked("D", array(ref("NewParty"), maxItems=40)),
            "my_party": marked("D", nullable(ref("NewOwnParty"))),
            "product_groups": marked("D", array(ref("NewProductGroup"), maxItems=150)),
            "tags": marked("D", array(ref("SentTag"), maxItems=100)),
            "folder_id": marked("D", nullable(ID)),
            "value": marked("ASSUMED", nullable(ref("SentDealSize"))),
            "lifecycle_settings": marked("ASSUMED", nullable(ref("SentLifecycleSettings"))),
        },
        required=("workspace_id", "template_id"),
    ),
    "SentLifecycleSettings": sent("9.2", _SETTINGS, required=("type",)),
    "SentSigningPeriod": sent("8.3", _PERIOD, required=("type",)),
    "ContractChanges": sent(
        "8.3",
        {
            "_private": marked(
                "D",
                sent(
                    "8.3",
                    {
                        "name": marked("D", text(0, 130)),
                        "value": marked("D", nullable(ref("SentDealSize"))),
                        "signing_period_expiration": marked("D", ref("SentSigningPeriod")),
                    },
                ),
            ),
            "sign_order": marked("D", array(ID, maxItems=40)),
            "tags": marked("D", array(ref("SentTag"), maxItems=100)),
            "lifecycle_settings": marked("ASSUMED", ref("SentLifecycleSettings")),
        },
    ),
    "Invitation": sent(
        "8.4", {"subject": marked("D", nullable(text(0, 200))), "message": marked("D", nullable(text(0, 5000)))}
    ),
    "Destination": sent(
        "5", {"workspace_id": marked("C", ID), "folder_id": marked("C", nullable(ID))}, required=("workspace_id",)
    ),
    "Copy": sent(
        "5",
        {
            "workspace_id": marked("C", ID),
            "folder_id": marked("C", nullable(ID)),
            "name": marked("C", nullable(text(0, 130))),
        },
        required=("workspace_id",),
    ),
    "ChangedDataField": sent(
        "8.2",
        {
            "id": marked("D", ID),
            "value": marked("D", nullable(text(0, 1024)), "Null is the empty text."),
            "_private_ownerside": marked("D", sent("8.2", {"custom_id": marked("D", text(1, 200))})),
        },
    ),
    "ChangedDataFields": sent(
        "8.2", {"data_fields": marked("I", array(ref("ChangedDataField"), maxItems=300))}, required=("data_fields",)
    ),
}
_FILTERS = (
    query("D", "3.3", "filter[states]", _LIST_OF_STATES, "A comma list."),
    query("D", "3.3", "filter[published_time]", _RANGE, "From|to."),
    query("D", "3.3", "filter[query]", TEXT, "In names and emails."),
    query("D", "3.3", "filter[name]", TEXT, "A part of the name."),
    query(
        "D", "3.3", "filter[data_field_match]", {**TEXT, "maxLength": 600, "pattern": "^[^:]+:.+$"}, "custom_id:value."
    ),
    query("ASSUMED", "3.3", "filter[is_canceled]", one_of("true", "false"), "Cancelled or not."),
    query("ASSUMED", "3.3", "filter[concluded_time]", _RANGE, "When it was signed or declined."),
    query("ASSUMED", "3.3", "filter[created_time]", _RANGE, "From|to."),
    query("ASSUMED", "3.3", "filter[participant_email]", TEXT, "Of a participant."),
    query("ASSUMED", "3.3", "filter[participant_custom_id]", TEXT, "Of a participant."),
    query("ASSUMED", "3.3", "filter[participant_identification_number]", TEXT, "Of a participant."),
    query("ASSUMED", "3.3", "filter[folder_ids]", COMMA_LIST_OF_IDS, "A comma list."),
    query("ASSUMED", "3.3", "filter[ids]", COMMA_LIST_OF_IDS, "A comma list."),
    query("ASSUMED", "3.3", "filter[lifecycle_start_time]", _RANGE, "From|to."),
    query("ASSUMED", "3.3", "filter[lifecycle_states]", _LIST_OF_LIVES, "A comma list."),
    query("ASSUMED", "3.3", "filter[workspace_ids]", COMMA_LIST_OF_IDS, "A comma list."),
)
_FIELD_KEY: Schema = {**TEXT, "pattern": "^([0-9]{1,18}|c::[^/]+)$"}
_WHOLE = ref("ContractInFull")
OPERATIONS = (
    Operation(
        "GET",
        "/contracts",
        "The contracts that the acting user sees",
        "D",
        "5",
        ref("ContractPage"),
        parameters=(*paging("name", "state", "state_updated_time", "published_time"), *_FILTERS),
    ),
    Operation(
        "POST",
        "/contracts/create",
        "Create a contract from a template",
        "D",
        "8.1",
        _WHOLE,
        body=ref("NewContract"),
        refuses=(403, 404),
    ),
    Operation("GET", "/contracts/{contract_id}", "One contract", "C", "5", _WHOLE, refuses=(404,)),
    Operation(
        "PUT",
        "/contracts/{contract_id}",
        "Change what stands at the top",
        "D",
        "8.3",
        _WHOLE,
        body=ref("ContractChanges"),
        refuses=(403, 404, 409),
    ),
    Operation(
        "DELETE",
        "/contracts/{contract_id}",
        "Delete a contract; 200 with an empty body also when there is none",
        "D",
        "8.5",
        None,
        # 404 only for an id that no path can have.
        refuses=(403, 404),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/publish",
        "Send a contract for signing",
        "D",
        "8.4",
        _WHOLE,
        body=ref("Invitation"),
        refuses=(402, 403, 404, 409),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/copy",
        "Make a draft like it",
        "C",
        "5",
        _WHOLE,
        body=ref("Copy"),
        refuses=(403, 404),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/move",
        "Move it to another workspace or folder",
        "C",
        "5",
        _WHOLE,
        body=ref("Destination"),
        refuses=(403, 404),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/decline",
        "Decline it for the owner's side",
        "C",
        "5",
        _WHOLE,
        refuses=(403, 404, 409),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/mark_as_signed",
        "Mark it as signed elsewhere",
        "C",
        "5",
        _WHOLE,
        refuses=(403, 404, 409),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/data_fields",
        "The data fields of a contract",
        "C",
        "5",
        ref("ContractDataFieldPage"),
        parameters=child_paging(),
        refuses=(404,),
    ),
    Operation(
        "PUT",
        "/contracts/{contract_id}/data_fields",
        "Give several data fields other values",
        "D",
        "8.2",
        ref("ContractDataFields"),
        body=ref("ChangedDataFields"),
        refuses=(403, 404, 409),
    ),
    Operation(
        "PUT",
        "/contracts/{contract_id}/data_fields/{data_field_id}",
        "Give one data field another value",
        "D",
        "8.2",
        ref("ContractDataField"),
        body=ref("ChangedDataField"),
        parameters=(path_part("F", "8.2", "data_field_id", _FIELD_KEY, "The id, or c:: and the custom_id."),),
        refuses=(403, 404, 409),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/events",
        "What happened to a contract",
        "D",
        "5",
        ref("ContractEventPage"),
        parameters=child_paging("created_time", "id", "type"),
        refuses=(404,),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/events/{event_id}",
        "One event",
        "C",
        "6.15",
        ref("ContractEvent"),
        refuses=(404,),
    ),
)
