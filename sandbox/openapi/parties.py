"""Parties and participants of a contract (sections 6.11 and 6.12)."""

from sandbox.openapi.common import permissions
from sandbox.openapi.describing import (
    DATETIME,
    FLAG,
    ID,
    TEXT,
    WHOLE,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    one_of,
    ref,
    sent,
    text,
    thing,
)

_CHANNELS = one_of("email", "sms", "email_and_sms", "same_device", "none")
_SIGN_METHODS = one_of(
    "standard_esign",
    "sms",
    "swedish_bankid",
    "norwegian_bankid",
    "danish_nemid",
    "finnish_bankid",
    "handwritten_signature",
    "eid_sign",
)
_TWO_STEPS = one_of("none", "email", "sms")
_TIMES = {
    "created_time": marked("C", DATETIME),
    "custom_id": marked("C", TEXT),
    "updated_time": marked("C", nullable(DATETIME)),
}
_PARTY: dict[str, Schema] = {
    "_private_ownerside": marked("C", thing("6.11", _TIMES)),
    "country_code": marked("F", text(2, 2)),
    "id": marked("F", ID),
    "identification_number": marked("F", TEXT),
    "my_party": marked("F", FLAG),
    "name": marked("F", TEXT),
}
_NEW_PARTY: dict[str, Schema] = {
    "name": marked("D", text(0, 200)),
    "identification_number": marked("C", text(0, 100)),
    "country_code": marked("F", text(0, 2)),
    "_private_ownerside": marked("C", sent("6.11", {"custom_id": marked("C", text(0, 200))})),
}
_NEW_PERSON: dict[str, Schema] = {
    "name": marked("D", text(1, 100)),
    "email": marked("D", nullable(TEXT)),
    "phone_number": marked("D", nullable(TEXT)),
    "identification_number": marked("D", nullable(text(0, 25))),
    "title": marked("D", nullable(text(0, 100))),
    "delivery_channel": marked("D", _CHANNELS),
    "sign_method": marked("F", _SIGN_METHODS),
    "two_step_authentication_method": marked("F", _TWO_STEPS),
    "signatory": marked("D", FLAG),
    "organizer": marked("D", FLAG, "On the owner's side only."),
    "_permissions": marked("D", sent("6.12", {"contract:update": marked("D", FLAG)})),
    "_private_ownerside": marked("C", sent("6.12", {"custom_id": marked("C", text(0, 200))})),
}

SCHEMAS: dict[str, Schema] = {
    "CompanyParty": thing(
        "6.11",
        {**_PARTY, "participants": marked("D", array(ref("Participant"))), "type": marked("D", one_of("company"))},
    ),
    "IndividualParty": thing(
        "6.11",
        {**_PARTY, "participant": marked("F", ref("Participant")), "type": marked("D", one_of("individual"))},
    ),
    "Party": {"anyOf": [ref("CompanyParty"), ref("IndividualParty")]},
    "Participant": thing(
        "6.12",
        {
            "_options": marked("D", thing("6.12", {"invite": marked("D", FLAG)})),
            "_permissions": permissions("contract:update"),
            "_private_ownerside": marked(
                "C",
                thing(
                    "6.12",
                    {
                        **_TIMES,
                        "first_visited_time": marked("C", nullable(DATETIME)),
                        "last_visited_time": marked("C", nullable(DATETIME)),
                        "visits": marked("C", {**WHOLE, "minimum": 0}),
                    },
                ),
            ),
            "delivery_channel": marked("D", _CHANNELS),
            "delivery_status": marked("F", one_of("not_sent", "pending", "failure", "bounce", "success", "opened")),
            "draft_approver": marked("C", FLAG),
            "email": marked("D", TEXT),
            "id": marked("D", ID),
            "identification_number": marked("D", TEXT),
            "my_participant": marked("D", FLAG),
            "name": marked("D", TEXT),
            "organizer": marked("D", FLAG),
            "pending_approver": marked("C", FLAG),
            "phone_number": marked("D", TEXT),
            "sign_method": marked("F", _SIGN_METHODS),
            "sign_state": marked("F", one_of("undecided", "signed", "declined")),
            "sign_state_updated_time": marked("D", nullable(DATETIME)),
            "signatory": marked("D", FLAG),
            "title": marked("D", TEXT),
            "two_step_authentication_method": marked("F", _TWO_STEPS),
        },
    ),
    "NewParticipant": sent("6.12", _NEW_PERSON, required=("name", "delivery_channel")),
    "NewParty": sent(
        "6.11",
        {
            **_NEW_PARTY,
            "type": marked("D", one_of("company", "individual")),
            "participants": marked("D", array(ref("NewParticipant"))),
            "participant": marked("F", ref("NewParticipant")),
        },
        required=("type",),
    ),
    "NewOwnParty": sent(
        "8.1",
        {
            **_NEW_PARTY,
            "participants": marked("C", array(ref("NewParticipant"))),
            "creator_inherit_settings_from_template": marked("C", nullable(FLAG)),
        },
    ),
}

OPERATIONS: tuple[Operation, ...] = ()
