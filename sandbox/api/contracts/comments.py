"""Comments on a contract (section 6.16); their paths are ASSUMED."""

from typing import Any

from sandbox.api.call import Call, written_time
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding
from sandbox.contracts import commenting
from sandbox.models import Comment, Contract, Participant
from sandbox.paging import one_of, page

LONGEST = 5000
MOST_RECIPIENTS = 40


def listed(call: Call, pk: int) -> dict[str, Any]:
    """The oldest first. Private ones too: whoever has the token is of the party that wrote them."""
    rows = finding.one(call, pk).comments.all()
    return page(call, rows, lambda row: _shown(call, row), all_at_once=True)


def one(call: Call, pk: int, comment_id: int) -> dict[str, Any]:
    return _shown(call, one_of(finding.one(call, pk).comments.all(), comment_id, "comment"))


def create(call: Call, pk: int) -> dict[str, Any]:
    """Whoever sees the contract may comment on it, in whatever state it is (ASSUMED)."""
    contract = finding.one(call, pk)
    body = Checked(call.body())
    text = body.text("body", low=1, high=LONGEST)
    private = body.flag("private", default=False)
    parent = _parent(contract, body)
    recipients = _recipients(contract, body)
    if (private or (parent and parent.private)) and any(not one.party.my_party for one in recipients):
        body.wrong("recipients", "A private comment goes to the author's own party only.")
    body.done()
    made = commenting.comment(contract, call.caller.user, text, parent=parent, private=private, recipients=recipients)
    return _shown(call, made)


def _parent(contract: Contract, body: Checked) -> Comment | None:
    if body.data.get("parent_id") is None:
        return None
    pk = body.pk("parent_id")
    if pk is None:
        return None
    parent: Comment = one_of(contract.comments.all(), pk, "comment that is replied to")
    if parent.parent_id is not None:
        body.wrong("parent_id", "A reply cannot be replied to; name the comment that began it.")
    return parent


def _recipients(contract: Contract, body: Checked) -> list[Participant]:
    items = body.data.get("recipients")
    if items is None:
        return []
    if not isinstance(items, list) or len(items) > MOST_RECIPIENTS:
        body.wrong("recipients", f"A list of at most {MOST_RECIPIENTS} ids of participants is expected.")
        return []
    for number, pk in enumerate(items):
        if not Checked.is_id(pk):
            body.wrong(f"recipients[{number}]", "The id of a participant is expected.")
    body.done()
    return [finding.participant(contract, pk) for pk in items]


def _shown(call: Call, comment: Comment) -> dict[str, Any]:
    return {
        "_links": {"self": call.href(f"/contracts/{comment.contract_id}/comments/{comment.pk}")},
        "body": comment.body,
        "created_time": written_time(comment.created_time),
        "id": comment.pk,
        "parent_id": comment.parent_id,
        "participants": {"recipients": comment.recipients, "sender": comment.sender},
        "private": comment.private,
        "updated_time": written_time(comment.updated_time),
    }
