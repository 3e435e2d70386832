"""What the console itself can repair of what is wrong with an installation: one offer for each write."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from extensions.health.codes import sentence
from extensions.health.models import Finding
from extensions.health.repairable import MISADDRESSED, can_repair
from extensions.installations.models import Installation
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.webhooks import address

OF_FIELDS = {"field.inactive": Kind.ACTIVATE_FIELD, "field.missing": Kind.ADD_FIELD}
MADE = {"template_type.missing": Kind.CREATE_TEMPLATE_TYPE, "webhook.missing": Kind.CREATE_WEBHOOK}


@dataclass(frozen=True, slots=True)
class Choice:
    """One operation of an offer, as a form sends it, and the finding that it mends."""

    operation: Operation
    finding: Finding

    @property
    def value(self) -> str:
        return json.dumps(self.operation.as_json())

    @property
    def name(self) -> str:
        return str(self.finding.subject_name or self.finding.subject)

    @property
    def sentence(self) -> str:
        return sentence(self.finding.code)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one write can mend. `address` is what a webhook is going to be given; None where it is about none.

    It `waits` while its template type is missing: that comes first.
    """

    title: str
    choices: tuple[Choice, ...]
    address: str | None = None
    waits: bool = False

    @property
    def key(self) -> str:
        """What tells it from others on a page."""
        first = self.choices[0].operation
        return f"{first.kind}-{first.role}-{first.webhook}".rstrip("-0")


def offers(installation: Installation, findings: Iterable[Finding], context: Context) -> list[Offer]:
    """Everything that the console can repair, in the order in which it is best done: a type before what is in it."""
    found = list(findings)
    able = [each for each in found if can_repair(each, installation.mode)]
    untyped = {each.subject for each in found if each.code == "template_type.missing"}
    within = [*_fields(able, context), *_made("webhook.missing", able, context)]
    told = [replace(each, waits=each.choices[0].operation.role in untyped) for each in within]
    can_be_done = [each for each in told if not each.waits]
    waiting = [each for each in told if each.waits]
    return [*_made("template_type.missing", able, context), *can_be_done, *_addresses(able, context), *waiting]


def _fields(findings: Iterable[Finding], context: Context) -> Iterator[Offer]:
    by_role: dict[str, list[Choice]] = {}
    for each in findings:
        role, _, custom_id = each.subject.partition("/")
        if each.code in OF_FIELDS and role in context.wanted:
            operation = Operation(OF_FIELDS[each.code], role, custom_id)
            by_role.setdefault(role, []).append(Choice(operation, each))
    for role, choices in by_role.items():
        yield Offer(f"Fields of {context.wanted[role][0].name}", tuple(choices))


def _made(code: str, findings: Iterable[Finding], context: Context) -> Iterator[Offer]:
    for each in findings:
        if each.code == code and each.subject in context.wanted:
            kind, name = MADE[code], context.wanted[each.subject][0].name
            of_webhook = kind.of_webhook
            title = f"Webhook of {name}" if of_webhook else f"Template type {name}"
            choice = Choice(Operation(kind, each.subject), each)
            yield Offer(title, (choice,), address(context) if of_webhook else None)


def _addresses(findings: Iterable[Finding], context: Context) -> Iterator[Offer]:
    seen: set[int] = set()
    for each in findings:
        number = each.subject.removeprefix("webhook/")
        if each.code in MISADDRESSED and number.isdecimal() and int(number) not in seen:
            seen.add(int(number))
            choice = Choice(Operation(Kind.CORRECT_WEBHOOK_URL, webhook=int(number)), each)
            yield Offer(f"Address of webhook {number}", (choice,), address(context))
