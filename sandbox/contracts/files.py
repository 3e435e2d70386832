"""Files of a contract: what people upload (section 6.14)."""

from django.db import transaction

from sandbox import clock
from sandbox.contracts.editing import content_changed, need_open
from sandbox.contracts.events import Actor
from sandbox.contracts.refusing import NotAcceptable
from sandbox.models import Contract, ContractFile

MOST_FILES = 100
Type = ContractFile.Type


@transaction.atomic
def add(
    contract: Contract, *, name: str, extension: str, content: bytes, kind: str, actor: Actor | None = None
) -> ContractFile:
    """One more file. There is one place for an expanded PDF, so that a further one takes the place of the former."""
    expanded = kind == Type.EXPANDED_PDF
    if expanded and not (contract.template and contract.template.pdf_section):
        raise NotAcceptable({"upload_as": ["The template has no place for an expanded PDF."]})
    if expanded and not content.startswith(b"%PDF-"):
        raise NotAcceptable({"file": ["An expanded PDF must be a PDF."]})
    if contract.files.count() >= MOST_FILES:
        raise NotAcceptable({"file": [f"At most {MOST_FILES} files are kept for a contract."]})
    need_open(contract)
    if expanded:
        contract.files.filter(type=kind).delete()
    row = ContractFile.objects.create(
        contract=contract, name=name, extension=extension, type=kind, content=content, created_time=clock.now()
    )
    content_changed(contract, [], actor)
    return row
