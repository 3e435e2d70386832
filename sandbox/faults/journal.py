"""The journal of a fault: it makes the fault's changes and can undo them exactly, ids and all."""

from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from sandbox.models import Account, Fault


class Journal:
    """What one fault changes in one account. Nothing is deleted: rows have `removed`, so that their id survives."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.entries: list[dict[str, Any]] = []

    def set(self, row: models.Model, **columns: Any) -> None:
        """Change columns of a row, remembering what they were; what is so already is not changed."""
        for column, after in columns.items():
            before = getattr(row, column)
            if before == after:
                continue
            setattr(row, column, after)
            self.entries.append({**_place(row), "column": column, "before": before, "after": after})
        row.save()

    def make(self, row: models.Model) -> None:
        """Save a new row, which undoing deletes."""
        row.save()
        self.entries.append({**_place(row), "made": True})


def undo(fault: Fault) -> None:
    """Restore what the fault changed, as far as nobody has changed it since.

    A column that has another value by now was repaired, and is left alone; unless a later fault changed it, which
    then remembers our former value as the one to restore.
    """
    others = list(fault.account.faults.exclude(pk=fault.pk))
    for entry in reversed(fault.journal):
        model = apps.get_model("sandbox", entry["model"])
        row = model._default_manager.filter(pk=entry["id"]).first()
        if row is None:
            continue
        if entry.get("made"):
            row.delete()
        elif getattr(row, entry["column"]) == entry["after"]:
            _restore(row, entry)
        else:
            _hand_down(entry, others)
    fault.delete()


def stands(fault: Fault) -> bool:
    """Whether anything of what the fault changed is still so, be it below what a later fault changed since.

    Faults that change no rows stand until they are cleared.
    """
    if not fault.journal or any(_holds(entry) for entry in fault.journal):
        return True
    others = [other for other in fault.account.faults.all() if other.pk > fault.pk]
    return any(_handed(entry, other) and stands(other) for entry in fault.journal for other in others)


def _holds(entry: dict[str, Any]) -> bool:
    rows = apps.get_model("sandbox", entry["model"])._default_manager.filter(pk=entry["id"])
    if entry.get("made"):
        return rows.exists()
    return any(getattr(row, entry["column"]) == entry["after"] for row in rows)


def _handed(entry: dict[str, Any], later: Fault) -> dict[str, Any] | None:
    """The later fault's entry that has ours as its former value."""
    for other in later.journal:
        same = all(other.get(key) == entry.get(key) for key in ("model", "id", "column"))
        if same and "before" in other and other["before"] == entry.get("after"):
            return other
    return None


def _restore(row: models.Model, entry: dict[str, Any]) -> None:
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{entry["column"]: entry["before"]})
    except IntegrityError:
        # Somebody made another field of the same custom_id meanwhile; theirs stays.
        return


def _hand_down(entry: dict[str, Any], others: list[Fault]) -> None:
    for fault in others:
        if other := _handed(entry, fault):
            other["before"] = entry["before"]
            fault.save()
            return


def _place(row: models.Model) -> dict[str, Any]:
    return {"model": row._meta.model_name, "id": row.pk}
