"""Whether the account has moved on since a plan, and whether Oneflow took the write. In words, without values."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from extensions.mappings.repairing.account import Reading
from extensions.mappings.repairing.context import Context
from extensions.mappings.repairing.plans import Call, Fate, Plan
from oneflow import objects
from oneflow.errors import OneflowError
from oneflow.kept import TEXTS, KeptTemplateType, KeptWebhook
from oneflow.objects import WebhookFilter

Watched = dict[str, Any]


def watched(call: Call, target: int, role: str, reading: Reading, context: Context) -> Watched:
    """All of the account that a write of this kind rests on, verbatim, as plain data in one order."""
    if call is Call.REPLACE_FIELDS:
        return {"template_type": _kept(reading.kept)}
    if call is Call.CREATE_TEMPLATE_TYPE:
        name = context.wanted_type(role).name.strip()
        alike = [each for each in reading.types if each.name.strip() == name or _role(each, context) == role]
        return {"template_types": [_type(each) for each in sorted(alike, key=lambda each: each.id)]}
    webhooks = sorted(reading.webhooks or (), key=lambda each: each.id)
    if call is Call.CREATE_WEBHOOK:
        return {
            "template_type": next((_type(each) for each in reading.types if each.id == target), None),
            "webhooks": [_webhook(each) for each in webhooks if each.template_group_id in (target, None)],
        }
    return {"webhook": next((_webhook(each) for each in webhooks if each.id == target), None)}


def _role(each: objects.TemplateType, context: Context) -> str:
    return context.confirmed.get(each.id) or each.extension_type or ""


def _kept(kept: KeptTemplateType | None) -> Watched | None:
    if kept is None:
        return None
    fields = [asdict(each) for each in sorted(kept.data_fields, key=lambda each: each.id)]
    return {
        **{name: getattr(kept, name) for name in ("id", "name", "description", "active", "extension_type")},
        "data_fields": [{**each, "unknown": list(each["unknown"])} for each in fields],
    }


def _type(each: objects.TemplateType) -> Watched:
    return {name: getattr(each, name) for name in ("id", "name", "active", "extension_type")}


def _webhook(each: KeptWebhook) -> Watched:
    return {
        "id": each.id,
        "template_group_id": each.template_group_id,
        "integration_instance": each.integration_instance,
        "legacy": each.legacy,
        "shown": dict(each.shown),
    }


def differences(before: Watched, now: Watched) -> list[str]:
    """What has changed between two moments, each as a sentence; empty when nothing has."""
    return [sentence for key in before for sentence in _differing(key, before[key], now.get(key))]


WORDS = {"template_type": "template type", "template_types": "template types", "webhook": "webhook"}


def _differing(key: str, before: Any, now: Any) -> Iterator[str]:
    if before == now:
        return
    if isinstance(before, list) or isinstance(now, list):
        yield from _differing_rows("webhook" if key == "webhooks" else "template type", before or [], now or [])
    elif before is None or now is None:
        yield f"The {WORDS[key]} is {'there now' if before is None else 'gone'}."
    else:
        names = sorted(name for name in before if name != "data_fields" and before[name] != now.get(name))
        if names:
            yield f"The {WORDS[key]} differs: {', '.join(names)}."
        yield from _differing_rows("field", before.get("data_fields", []), now.get("data_fields", []))


def _differing_rows(noun: str, before: list[Watched], now: list[Watched]) -> Iterator[str]:
    there, here = ({row["id"]: row for row in rows} for rows in (before, now))
    for key in sorted(there.keys() | here.keys()):
        old, new = there.get(key), here.get(key)
        name = (old or new or {}).get("custom_id") or key
        if old is None or new is None:
            yield f"{noun.capitalize()} {name} {'is new' if old is None else 'is gone'}."
        elif old != new:
            names = sorted(attribute for attribute in old if old[attribute] != new.get(attribute))
            yield f"{noun.capitalize()} {name} differs: {', '.join(names)}."


@dataclass(frozen=True, slots=True)
class Taken:
    """What reading back showed: what Oneflow ignored, what was lost, what else differs, and the id of what was made."""

    ignored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    made: int = 0

    @property
    def is_all(self) -> bool:
        return not (self.ignored or self.lost or self.others)


def taken(plan: Plan, reading: Reading) -> Taken:
    """How far the account is as the plan said that it would be."""
    return _TAKEN[plan.write.call](plan, reading)


def _fields_taken(plan: Plan, reading: Reading) -> Taken:
    if reading.kept is None:
        return Taken(lost=("The template type is gone.",))
    here = {each.custom_id: each.as_body() for each in reading.kept.data_fields}
    sent = {each["custom_id"]: each for each in plan.write.body["data_fields"]}
    named = {row.subject: row.fate for row in plan.rows if row.fate is not Fate.KEPT}
    ignored, lost, others = [], [], []
    for custom_id, content in sent.items():
        found = here.get(custom_id)
        if found is None:
            made = named.get(custom_id) is Fate.ADDED
            (ignored if made else lost).append(f"Field {custom_id} {'was not made' if made else 'is gone'}.")
            continue
        names = [name for name in content if not _alike(name, content[name], found.get(name))]
        if names:
            into = ignored if custom_id in named and _was_to_change(plan, custom_id, names) else others
            into.append(f"Field {custom_id} is not as it was sent: {', '.join(names)}.")
    for custom_id in here.keys() - sent.keys():
        (ignored if custom_id in named else others).append(
            f"Field {custom_id} {'is still there' if custom_id in named else 'is new'}."
        )
    return Taken(tuple(ignored), tuple(lost), tuple(sorted(others)))


def _alike(name: str, sent: object, found: object) -> bool:
    """Whether it arrived as it was sent. Whether Oneflow shows an empty text as null is not documented."""
    return (sent or "") == (found or "") if name in TEXTS else sent == found


def _was_to_change(plan: Plan, custom_id: str, names: list[str]) -> bool:
    row = next(each for each in plan.rows if each.subject == custom_id)
    return row.fate is Fate.ADDED or any(cell.changes for cell in row.cells if cell.attribute in names)


def _type_taken(plan: Plan, reading: Reading) -> Taken:
    name = plan.write.body["name"].strip()
    return _made(
        "template type", [each.id for each in reading.types if each.id not in plan.seen and each.name.strip() == name]
    )


def _webhook_made(plan: Plan, reading: Reading) -> Taken:
    body = plan.write.body
    new = [
        each
        for each in reading.webhooks or ()
        if each.id not in plan.seen
        and (each.callback_url, each.template_group_id) == (body["callback_url"], body["template_group_id"])
    ]
    found = _made("webhook", [each.id for each in new])
    if found.made and _heard(new[0].shown.get("filters")) != _heard(body["filters"]):
        return replace(found, others=("The webhook is not as it was sent: filters.",))
    return found


def _heard(filters: object) -> set[WebhookFilter] | None:
    """What filters of a webhook let through, whatever else Oneflow shows with them; None where nobody can say."""
    try:
        found = [WebhookFilter.from_json(each) for each in filters or ()]  # type: ignore[attr-defined]
    except (OneflowError, TypeError):
        return None
    return {WebhookFilter(_sorted(each.event_types), _sorted(each.workspace_ids)) for each in found}


def _sorted(values: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(sorted(values))


def _made(noun: str, new: list[int]) -> Taken:
    if len(new) == 1:
        return Taken(made=new[0])
    if not new:
        return Taken(ignored=(f"No {noun} was made.",))
    others = f"{len(new)} such {noun}s are new: {', '.join(map(str, sorted(new)))}. One may be somebody else's."
    return Taken(others=(others,))


def _webhook_taken(plan: Plan, reading: Reading) -> Taken:
    found = next((each for each in reading.webhooks or () if each.id == plan.write.target), None)
    if found is None:
        return Taken(lost=("The webhook is gone.",))
    # The extension's sign key takes the place of one that was shown empty, and is kept in no plan.
    sent = {name: value for name, value in plan.write.body.items() if not (name == "sign_key" and plan.write.signed)}
    names = [name for name, value in sent.items() if not _kept_as(name, value, found.shown.get(name))]
    ignored = ("The webhook's address is not as it was sent.",) if "callback_url" in names else ()
    others = [name for name in names if name != "callback_url"]
    return Taken(ignored, others=(f"The webhook is not as it was sent: {', '.join(others)}.",) if others else ())


def _kept_as(name: str, sent: object, found: object) -> bool:
    """Whether a key is as it was sent; one that is no longer shown is not. A hidden sign key may be shown empty."""
    return (sent or "") == (found or "") if name == "sign_key" else sent == found


def _webhook_removed(plan: Plan, reading: Reading) -> Taken:
    still = any(each.id == plan.write.target for each in reading.webhooks or ())
    return Taken(ignored=("The webhook is still there.",) if still else ())


def moved(plan: Plan, reading: Reading, context: Context) -> list[str]:
    """What has changed since the plan was made, each as a sentence."""
    return differences(plan.before, now_of(plan, reading, context))


def now_of(plan: Plan, reading: Reading, context: Context) -> Watched:
    """All that the plan rests on, as it is now."""
    return watched(plan.write.call, plan.write.target, plan.write.role, reading, context)


_TAKEN: Mapping[Call, Any] = {
    Call.REPLACE_FIELDS: _fields_taken,
    Call.CREATE_TEMPLATE_TYPE: _type_taken,
    Call.CREATE_WEBHOOK: _webhook_made,
    Call.UPDATE_WEBHOOK: _webhook_taken,
    Call.DELETE_WEBHOOK: _webhook_removed,
}
