"""A contract, as far as its data fields are compared with what should be in them (API reference, section 6.10).

Nobody who takes part in it is read, and no value shows in a repr.
"""

from dataclasses import dataclass, field
from typing import Self

from oneflow import reading
from oneflow.assumed import custom_ids


@dataclass(frozen=True, slots=True)
class ContractField:
    """A data field of a contract, with its value letter for letter."""

    custom_id: str
    name: str
    value: str = field(repr=False)

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "data field of a contract"
        shown = reading.as_object(data, what)
        return cls(
            custom_id=custom_ids.custom_id(shown, what),
            name=reading.text(shown, "name", what),
            value=reading.verbatim_text(shown, "value", what) or "",
        )


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract: its name, where it belongs, its state, and its data fields.

    An id is None, and the name empty, where Oneflow does not say it.
    """

    id: int
    name: str = field(repr=False)
    state: str
    workspace_id: int | None
    template_id: int | None
    template_type_id: int | None
    data_fields: tuple[ContractField, ...]

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "contract"
        shown = reading.as_object(data, what)
        inner = reading.child(shown, "_private", what)
        of_owner = reading.child(shown, "_private_ownerside", what)
        return cls(
            id=reading.required_id(shown, "id", what),
            name=reading.verbatim_text(inner, "name", what) or "",
            state=reading.required_text(shown, "state", what),
            workspace_id=reading.optional_id(inner, "workspace_id", what),
            template_id=reading.optional_id(of_owner, "template_id", what),
            template_type_id=reading.optional_id(of_owner, "template_type_id", what),
            # Empty for a template without a type, and never left out: else all fields would look unset.
            data_fields=reading.required_items(shown, "data_fields", what, ContractField.from_json),
        )


@dataclass(frozen=True, slots=True)
class ListedContract:
    """A contract in a list: only what tells it apart."""

    id: int
    name: str = field(repr=False)

    @classmethod
    def from_json(cls, data: object) -> Self:
        what = "listed contract"
        shown = reading.as_object(data, what)
        inner = reading.child(shown, "_private", what)
        return cls(id=reading.required_id(shown, "id", what), name=reading.verbatim_text(inner, "name", what) or "")
