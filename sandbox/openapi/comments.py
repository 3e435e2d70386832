"""Comments on contracts (section 6.16)."""

from sandbox.openapi.common import child_paging, links, page_of
from sandbox.openapi.describing import (
    DATETIME,
    FLAG,
    ID,
    TEXT,
    Operation,
    Schema,
    array,
    marked,
    nullable,
    ref,
    sent,
    text,
    thing,
)

SCHEMAS: dict[str, Schema] = {
    "CommentPerson": thing(
        "6.16",
        {
            "participant_id": marked("D", nullable(ID), "Null for a colleague who is not in the contract (ASSUMED)."),
            "participant_name": marked("D", TEXT),
            "party_id": marked("D", nullable(ID)),
            "party_name": marked("D", TEXT),
        },
    ),
    "Comment": thing(
        "6.16",
        {
            "_links": links("self"),
            "body": marked("D", TEXT),
            "created_time": marked("D", DATETIME),
            "id": marked("D", ID),
            "parent_id": marked("D", nullable(ID), "Of a reply; never itself a reply."),
            "participants": marked(
                "D",
                thing(
                    "6.16",
                    {
                        "recipients": marked("D", array(ref("CommentPerson"))),
                        "sender": marked("D", ref("CommentPerson")),
                    },
                ),
            ),
            "private": marked("D", FLAG, "Only the author's party sees it."),
            "updated_time": marked("D", nullable(DATETIME)),
        },
    ),
    "CommentPage": page_of("Comment", all_at_once=True),
    "NewComment": sent(
        "6.16",
        {
            "body": marked("ASSUMED", text(1, 5000)),
            "parent_id": marked("ASSUMED", nullable(ID), "A comment of this contract that is no reply."),
            "private": marked("ASSUMED", FLAG),
            "recipients": marked("ASSUMED", nullable(array(ID, maxItems=40)), "Ids of participants."),
        },
        required=("body",),
    ),
}

OPERATIONS = (
    Operation(
        "GET",
        "/contracts/{contract_id}/comments",
        "The comments on a contract",
        "ASSUMED",
        "14",
        ref("CommentPage"),
        parameters=child_paging(),
        refuses=(404,),
    ),
    Operation(
        "POST",
        "/contracts/{contract_id}/comments",
        "Comment on a contract, or reply to a comment",
        "ASSUMED",
        "14",
        ref("Comment"),
        body=ref("NewComment"),
        refuses=(404,),
    ),
    Operation(
        "GET",
        "/contracts/{contract_id}/comments/{comment_id}",
        "One comment",
        "ASSUMED",
        "6.16",
        ref("Comment"),
        refuses=(404,),
    ),
)
