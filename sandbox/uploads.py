"""Reading a multipart body by Django's own parser."""

from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from sandbox.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes


def parse_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields and the files of the body by name, the last of each; 400 when it is no multipart."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": len(body)}
    try:
        fields, files = MultiPartParser(meta, BytesIO(body), [MemoryFileUploadHandler()], "utf-8").parse()
    except (MultiPartParserError, SuspiciousOperation) as exc:
        raise BadRequest({"body": ["A body of the type multipart/form-data is expected."]}) from exc
    uploads = {name: Upload(file.name or "", file.read()) for name, file in files.items()}
    return {name: str(fields[name]) for name in fields}, uploads
