"""Reading parties and participants out of a body (sections 6.11, 6.12 and 8.1)."""

import re
from dataclasses import asdict
from typing import Any

from sandbox.api import options
from sandbox.api.checking import Checked
from sandbox.api.codes import COUNTRIES
from sandbox.contracts.drafts import Person, Side
from sandbox.contracts.taking_part import MOST_PARTICIPANTS
from sandbox.models import Party

EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,185}\.[^@\s.\x00-\x1f]{2,}")
PHONE = re.compile(r"\+[1-9][0-9]{4,14}")


def person(body: Checked, *, owner: bool, base: Person | None = None) -> Person:
    """The participant that a body describes. With a base only what the body names is other than in it."""
    columns: dict[str, Any] = asdict(base) if base else {}
    columns.update(_texts(body, required=base is None))
    columns.update(_choices(body, required=base is None))
    for name in ("signatory", "organizer"):
        if name in body.data:
            columns[name] = body.flag(name, default=False)
    if "_permissions" in body.data:
        columns["may_update"] = body.inner("_permissions").flag("contract:update", default=False)
    found = Person(**columns)
    _check(body, found, owner=owner, new=base is None)
    return found


def side(body: Checked, *, base: Side | None = None) -> Side:
    """The counterparty that a body describes. With a base its people stay as they are, and so does its type."""
    if base is None:
        kind = body.choice("type", Party.Type.values)
        people = _people(body, kind)
    else:
        kind, people = base.type, base.people
    company = kind == Party.Type.COMPANY
    return Side(people=people, type=kind, **_columns(body, base or Side(), named=company))


def owner_side(body: Checked, base: Side | None = None) -> Side:
    """`my_party`: everything in it may be left out."""
    people = base.people if base else _participants(body, owner=True)
    return Side(people=people, **_columns(body, base or Side(), named=False))


def _columns(body: Checked, base: Side, *, named: bool) -> dict[str, Any]:
    """Name, number, country and custom id; a company needs a name."""
    default = base.name if base.name or not named else None
    name = body.text("name", low=int(named), high=200, **({} if default is None else {"default": default}))
    number = body.text("identification_number", high=100, default=base.identification_number)
    country = body.text("country_code", high=2, default=base.country_code)
    if country and country not in COUNTRIES:
        body.wrong("country_code", "A country of ISO 3166 is expected, in two upper-case letters: SE.")
    return {
        "name": name,
        "identification_number": number,
        "country_code": country,
        "custom_id": _custom_id(body, base.custom_id),
    }


def _people(body: Checked, kind: str) -> tuple[Person, ...]:
    if kind == Party.Type.INDIVIDUAL:
        if not isinstance(body.data.get("participant"), dict):
            body.wrong("participant", "An individual needs one participant, as an object.")
            return ()
        return (person(body.inner("participant"), owner=False),)
    found = _participants(body, owner=False)
    if not found and kind == Party.Type.COMPANY:
        body.wrong("participants", "A company needs at least one participant.")
    return found


def _participants(body: Checked, *, owner: bool) -> tuple[Person, ...]:
    return tuple(person(item, owner=owner) for item in body.items("participants", most=MOST_PARTICIPANTS * 2))


def _texts(body: Checked, *, required: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    if required or "name" in body.data:
        found["name"] = body.text("name", low=1, high=100)
    for name, high, pattern, expected in (
        ("email", 254, EMAIL, "An email address is expected."),
        ("phone_number", 20, PHONE, "A phone number in E.164 is expected: +46701234567."),
        ("identification_number", 25, None, ""),
        ("title", 100, None, ""),
    ):
        if body.data.get(name, "") is None:
            found[name] = ""
        elif name in body.data:
            found[name] = body.text(name, high=high)
            if found[name] and pattern is not None and not pattern.fullmatch(found[name]):
                body.wrong(name, expected)
    custom_id = _custom_id(body, None)
    return found if custom_id is None else {**found, "custom_id": custom_id}


def _choices(body: Checked, *, required: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    if required or "delivery_channel" in body.data:
        found["delivery_channel"] = body.choice("delivery_channel", options.DELIVERY_CHANNELS)
    if "sign_method" in body.data:
        found["sign_method"] = body.choice("sign_method", options.SIGN_METHODS)
        if found["sign_method"] and found["sign_method"] not in options.AVAILABLE_SIGN_METHODS:
            body.wrong("sign_method", "The template does not offer this one; see its available_options.")
    if "two_step_authentication_method" in body.data:
        found["two_step_authentication_method"] = body.choice(
            "two_step_authentication_method", options.TWO_STEP_AUTHENTICATION_METHODS
        )
    return found


def _check(body: Checked, found: Person, *, owner: bool, new: bool) -> None:
    """The rules between attributes."""
    needed = options.required_attributes(found.delivery_channel, found.two_step_authentication_method)
    if owner:
        needed.add("email")
    for name in sorted(needed):
        if not getattr(found, name) and body.prefix + name not in body.problems:
            body.wrong(name, "This is required here.")
    if found.organizer and not owner:
        body.wrong("organizer", "Only participants of the owner's party can be organizers.")
    if new and found.signatory:
        for name in ("sign_method", "_permissions"):
            if name not in body.data:
                body.wrong(name, "A signatory needs this.")


def _custom_id(body: Checked, default: Any) -> Any:
    """In either of the two places where clients put it."""
    inner = body.inner("_private_ownerside")
    holder = inner if "custom_id" in inner.data else body
    return holder.text("custom_id", high=200, default=default)
