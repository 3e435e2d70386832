"""Files of contracts and templates: lists, uploads, and downloads by way of a redirect (section 6.14)."""

from pathlib import PurePath
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from sandbox.api import templates
from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding
from sandbox.bodies import truth
from sandbox.contracts import files, pdf
from sandbox.errors import BadRequest, NotThere
from sandbox.models import Contract, ContractFile
from sandbox.paging import one_of, page_of_items
from sandbox.tickets import DOWNLOADS
from sandbox.uploads import parse_multipart

# The contract itself, as the connector knows it; 2 would be the verification file, which no contract has any more.
CONTRACT_ID = 1
SORTABLE = ("name", "type", "id", "extension")
LONGEST_NAME = 255
PDF, ANY = "application/pdf", "application/octet-stream"


def listed(call: Call, pk: int) -> dict[str, Any]:
    """The contract's own PDF first, then what was uploaded."""
    contract = finding.one(call, pk)
    rows = contract.files.defer("content").order_by("pk")
    return page_of_items(call, [_own(contract.name), *map(_shown, rows)], sortable=SORTABLE, all_at_once=True)


def one(call: Call, pk: int, file_id: int) -> dict[str, Any] | HttpResponse:
    """What is known of a file; with `download=true` a redirect to where its content can be fetched."""
    contract = finding.one(call, pk)
    wanted = _wants_download(call)
    if file_id == CONTRACT_ID:
        shown = _own(contract.name)
        return _redirect(call, shown, pdf.written(_lines(contract))) if wanted else shown
    row: ContractFile = one_of(contract.files, file_id, "file")
    return _redirect(call, _shown(row), bytes(row.content)) if wanted else _shown(row)


def upload(call: Call, pk: int) -> dict[str, Any]:
    """One file, sent as multipart with `file` and `upload_as`."""
    contract = finding.changeable(call, pk)
    fields, sent = parse_multipart(call.content_type, call.raw_body)
    body = Checked(fields)
    kind = body.choice("upload_as", ContractFile.Type.values)
    file = sent.get("file")
    if file is None:
        body.wrong("file", "A file is required.")
    elif not 1 <= len(file.name) <= LONGEST_NAME:
        body.wrong("file", f"A name of 1 to {LONGEST_NAME} characters is expected.")
    body.done()
    assert file is not None
    name = PurePath(file.name)
    return _shown(
        files.add(
            contract,
            name=name.stem,
            extension=name.suffix.lstrip(".").lower()[:20],
            content=file.content,
            kind=kind,
            actor=finding.actor(call, contract),
        )
    )


def of_template(call: Call, pk: int, file_id: int) -> dict[str, Any] | HttpResponse:
    """A template has the one file that is itself (ASSUMED)."""
    template = templates.visible_one(call, pk)
    if file_id != CONTRACT_ID:
        raise NotThere("file")
    shown = _own(template.name)
    return _redirect(call, shown, pdf.written([template.name])) if _wants_download(call) else shown


def _wants_download(call: Call) -> bool:
    wanted = truth(call.parameter("download") or "false")
    if wanted is None:
        raise BadRequest({"download": ["Expected true or false."]})
    return wanted


def _redirect(call: Call, shown: dict[str, Any], content: bytes) -> HttpResponse:
    extension = shown["extension"]
    name = f"{shown['name'] or 'Contract'}.{extension}" if extension else shown["name"]
    key = DOWNLOADS.give((name, PDF if extension == "pdf" else ANY, content))
    response = HttpResponseRedirect(f"{call.origin}/_downloads/{key}")
    response["Content-Type"] = "application/json"
    return response


def _own(name: str) -> dict[str, Any]:
    return {"extension": "pdf", "id": CONTRACT_ID, "name": name, "type": "contract"}


def _shown(row: ContractFile) -> dict[str, Any]:
    return {"extension": row.extension, "id": row.pk, "name": row.name, "type": row.type}


def _lines(contract: Contract) -> list[str]:
    fields = contract.data_fields.order_by("pk").values_list("name", "value")
    parties = [party.name or "An individual" for party in contract.parties.order_by("pk")]
    return [
        contract.name or "A contract without a name",
        f"Between {' and '.join(parties)}",
        *(f"{name}: {value}" for name, value in fields),
        f"This contract is {contract.state}.",
    ]
