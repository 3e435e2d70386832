"""One contract: reading it, changing its top, sending, moving, concluding and deleting it (section 8)."""

from typing import Any

from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding, shown, terms
from sandbox.api.contracts.creating import LONGEST_NAME, folder, tags, workspace_to_create_in
from sandbox.contracts import publishing, removing, signing, top_level
from sandbox.contracts.taking_part import MOST_PARTICIPANTS
from sandbox.models import Contract, Participant

LONGEST_SUBJECT = 200
LONGEST_MESSAGE = 5000


def one(call: Call, pk: int) -> dict[str, Any]:
    finding.one(call, pk)
    return shown.whole(call, pk)


def update(call: Call, pk: int) -> dict[str, Any]:
    """What the body names, all or nothing; `{}` changes nothing."""
    contract = finding.changeable(call, pk)
    body = Checked(call.body())
    private = body.inner("_private")
    changes: dict[str, Any] = {}
    if "name" in private.data:
        changes["name"] = private.text("name", high=LONGEST_NAME)
    if "value" in private.data:
        changes["value"] = terms.value(private, "value", contract.value)
    if "signing_period_expiration" in private.data:
        changes["signing_period"] = terms.signing_period(private)
    if "sign_order" in body.data:
        changes["sign_order"] = _sign_order(body, contract)
    if "tags" in body.data:
        changes["tags"] = tags(call, body)
    if "lifecycle_settings" in body.data:
        changes["lifecycle_settings"] = terms.lifecycle_settings(body)
    body.done()
    top_level.update(contract, changes, finding.actor(call, contract))
    return shown.whole(call, pk)


def publish(call: Call, pk: int) -> dict[str, Any]:
    """With the subject and the text of the invitation, which nobody here reads."""
    contract = finding.changeable(call, pk)
    body = Checked(call.body() if call.raw_body.strip() else {})
    body.text("subject", high=LONGEST_SUBJECT, default=None)
    body.text("message", high=LONGEST_MESSAGE, default=None)
    body.done()
    publishing.publish(contract, finding.actor(call, contract))
    return shown.whole(call, pk)


def decline(call: Call, pk: int) -> dict[str, Any]:
    contract = finding.changeable(call, pk)
    signing.decline_for_owner(contract, finding.actor(call, contract))
    return shown.whole(call, pk)


def mark_as_signed(call: Call, pk: int) -> dict[str, Any]:
    contract = finding.changeable(call, pk)
    signing.mark_as_signed(contract, finding.actor(call, contract))
    return shown.whole(call, pk)


def move(call: Call, pk: int) -> dict[str, Any]:
    """Into a workspace in which the acting user may create contracts."""
    contract = finding.changeable(call, pk)
    body = Checked(call.body())
    workspace_id = body.pk("workspace_id")
    body.done()
    workspace = workspace_to_create_in(call, workspace_id)
    place = folder(call, body, workspace)
    body.done()
    removing.move(contract, workspace, place)
    return shown.whole(call, pk)


def delete(call: Call, pk: int) -> None:
    """200 with an empty body, also when there is no such contract."""
    contract = finding.visible(call).filter(pk=pk).first()
    if contract is None:
        return
    finding.need_permission(call, contract)
    removing.delete(contract, finding.actor(call, contract))


def _sign_order(body: Checked, contract: Contract) -> list[int]:
    """Ids of participants of the contract, each once (ASSUMED)."""
    given = body.data["sign_order"]
    if not isinstance(given, list) or len(given) > MOST_PARTICIPANTS or not all(map(Checked.is_id, given)):
        body.wrong("sign_order", "A list of ids of participants is expected.")
        return []
    known = Participant.objects.filter(party__contract=contract, pk__in=given).count()
    if known != len(given):
        body.wrong("sign_order", "Each must be a participant of this contract, and stand there once.")
    return given
