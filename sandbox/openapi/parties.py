"""Parties and participants of a contract (sections 6.11 and 6.12)."""

from sandbox.openapi.common import child_paging, page_of, permissions
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
    "PartyPage": page_of("Party", all_at_once=True),
    "ParticipantPage": page_of("Participant", all_at_once=True),
    "AccessLink": thing("8.6", {"access_link": marked("C", TEXT)}),
    "PartyChanges": sent("6.11", _NEW_PARTY),
    "ParticipantChanges": sent("6.12", _NEW_PERSON),
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

_PARTY_PATH = "/contracts/{contract_id}/parties/{party_id}"
_PERSON_PATH = f"{_PARTY_PATH}/participants/{{participant_id}}"
OPERATIONS = (
    Operation(
        "GET",
        "/contracts/{contract_id}/parties",
        "The parties of a contract",
        "F",
        "5",
        ref("PartyPage"),
        parameters=child_paging(),
        refuses=(404,),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/parties",
        "Add a counterparty",
        "C",
        "5",
        ref("Party"),
        body=ref("NewParty"),
        refuses=(403, 404, 409),
    ),
    Operation("GET", _PARTY_PATH, "One party", "I", "5", ref("Party"), refuses=(404,)),
    Operation(
        "PUT",
        _PARTY_PATH,
        "Change what is named of a party",
        "ASSUMED",
        "5",
        ref("Party"),
        body=ref("PartyChanges"),
        refuses=(403, 404, 409),
    ),
    Operation(
        "DELETE",
        _PARTY_PATH,
        "Remove a party; 200 with an empty body also when there is none",
        "D",
        "8.5",
        None,
        refuses=(403, 404, 409),
    ),
    Operation(
        "GET",
        f"{_PARTY_PATH}/participants",
        "The participants of a party",
        "ASSUMED",
        "5",
        ref("ParticipantPage"),
        parameters=child_paging(),
        refuses=(404,),
    ),
    Operation(
        "POST",
        f"{_PARTY_PATH}/participants",
        "Add a participant",
        "D",
        "5",
        ref("Participant"),
        body=ref("NewParticipant"),
        refuses=(403, 404, 409),
    ),
    Operation("GET", _PERSON_PATH, "One participant", "ASSUMED", "5", ref("Participant"), refuses=(404,)),
    Operation(
        "PUT",
        _PERSON_PATH,
        "Change what is named of a participant",
        "ASSUMED",
        "5",
        ref("Participant"),
        body=ref("ParticipantChanges"),
        refuses=(403, 404, 409),
    ),
    Operation(
        "DELETE",
        _PERSON_PATH,
        "Remove a participant; 200 with an empty body also when there is none",
        "ASSUMED",
        "5",
        None,
        refuses=(403, 404, 409),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/participants/{participant_id}/access_link",
        "An address at which a participant signs in a browser",
        "C",
        "8.6",
        ref("AccessLink"),
        refuses=(403, 404, 409),
    ),
)
