"""A plan: the one write, the difference that it makes, and what undoing it would not bring back."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from extensions.mappings.repairing.operations import Kind, Operation

LONGEST_SHOWN = 1000


def printable(text: str) -> str:
    """A text of the account's as it can be shown and stored: without NUL and lone surrogates, and not endless."""
    whole = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= LONGEST_SHOWN else whole[: LONGEST_SHOWN - 1] + "…"


class Call(StrEnum):
    """Which of Oneflow's calls the write is."""

    REPLACE_FIELDS = "replace_fields"
    CREATE_TEMPLATE_TYPE = "create_template_type"
    CREATE_WEBHOOK = "create_webhook"
    UPDATE_WEBHOOK = "update_webhook"
    DELETE_WEBHOOK = "delete_webhook"


class Fate(StrEnum):
    """What becomes of a thing in the account."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Write:
    """What is sent. `target` is Oneflow's id of the template type or webhook, 0 where it is made.

    With `signed` the extension's sign key is put in when it is sent: it is kept in no plan.
    """

    call: Call
    target: int
    body: dict[str, Any] = field(repr=False)
    role: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One attribute three ways, in words: by the blueprint, in the account, afterwards. None: says nothing of it."""

    attribute: str
    blueprint: str | None
    account: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        return self.account != self.after


@dataclass(frozen=True, slots=True)
class Row:
    """One field, template type or webhook. `whose` says who owns it."""

    subject: str
    name: str
    fate: Fate
    whose: str
    cells: tuple[Cell, ...] = ()

    @property
    def label(self) -> str:
        """The subject as it can be shown."""
        return printable(self.subject)


@dataclass(frozen=True, slots=True)
class Plan:
    """`before` is all of the account that the plan rests on, verbatim: the snapshot that undoing goes back to.

    `seen` are the ids of everything of that kind that was there, by which a thing that was made is told from others.
    """

    operations: tuple[Operation, ...]
    write: Write
    before: dict[str, Any] = field(repr=False)
    rows: tuple[Row, ...]
    seen: tuple[int, ...] = ()
    removes: tuple[str, ...] = ()
    not_undone: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def confirmable(self) -> set[str]:
        """The fields that the write may leave out, once somebody confirmed each by name."""
        return {each.custom_id for each in self.operations if each.kind is Kind.REMOVE_FIELD}

    def as_json(self) -> dict[str, Any]:
        """Everything of it, for the vault: it holds values of the customer's."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        write = data["write"]
        return cls(
            operations=tuple(map(Operation.from_json, data["operations"])),
            write=Write(**{**write, "call": Call(write["call"])}),
            before=data["before"],
            rows=tuple(map(_row, data["rows"])),
            seen=tuple(data["seen"]),
            removes=tuple(data["removes"]),
            not_undone=tuple(data["not_undone"]),
            assumed=tuple(data["assumed"]),
        )


def _row(data: dict[str, Any]) -> Row:
    return Row(**{**data, "fate": Fate(data["fate"]), "cells": tuple(Cell(**each) for each in data["cells"])})
