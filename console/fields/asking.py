"""What the address of the matrix asks for, and what in it cannot be answered; a command asks with the same words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from extensions.blueprints.content import fields_of_any_version
from extensions.blueprints.models import Blueprint, BlueprintTemplateType, Extension
from extensions.health import untold
from extensions.health.codes import CODES
from extensions.installations.models import Installation
from extensions.installations.searching import search
from extensions.installations.snapshot import TEMPLATE_TYPES
from extensions.installations.snapshot import WEBHOOKS as WEBHOOKS_PART
from extensions.mappings.conformance import Chosen, Condition, Key
from extensions.mappings.gathering import Scope
from extensions.mappings.inspecting import OF_BLUEPRINT, State

FIELDS, TYPES, WEBHOOKS = "fields", "types", "webhooks"
VIEWS = {FIELDS: "Fields", TYPES: "Template types", WEBHOOKS: "Webhooks"}
AMISS = frozenset(OF_BLUEPRINT) - {State.OK}
# Whatever is not as it should be, as one word of an address beside those of the states.
DIFFERS = "differs"
UNKNOWN = "none"
WEBHOOK_CODES = tuple(code for code in CODES if code.startswith("webhook."))
# A template type that is not there has no webhook either.
NO_TYPE_CODE = "template_type.missing"
READ_FOR_WEBHOOKS = (WEBHOOKS_PART, TEMPLATE_TYPES)


@dataclass(frozen=True, slots=True)
class Asked:
    """One view of the matrix: what is compared with what, which accounts are asked for, and which columns are shown."""

    extension: Extension
    versions: tuple[Blueprint, ...]
    view: str = FIELDS
    against: Blueprint | None = None
    on: Blueprint | None = None
    without_version: bool = False
    mode: str = ""
    query: str = ""
    extension_type: str = ""
    key: Key | None = None
    state: str = ""
    code: str = ""
    differs: bool = False
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, key: str, words: Mapping[str, Any]) -> Self:
        """What these words ask of the extension with this key. Of what cannot be answered `problems` tell.

        Where there are any, nothing should be shown. Raises `Extension.DoesNotExist`.
        """
        versions = tuple(
            Blueprint.objects.filter(extension__integration_key=key).select_related("extension").order_by("-version")
        )
        asked = cls(versions[0].extension if versions else Extension.objects.get(integration_key=key), versions)
        texts = {name: str(value).replace("\0", "").strip() for name, value in words.items() if value}
        known = asked._with(texts)
        return replace(known, key=known._key(texts["field"])) if texts.get("field") else known

    def _with(self, texts: dict[str, str]) -> Self:
        view = self._one_of(texts, "view", VIEWS) or FIELDS
        if view != WEBHOOKS and texts.get("state") and not texts.get("field"):
            self.problems.append("Say what should be in that state: give a field by its custom_id, or a template type.")
        if view != WEBHOOKS and texts.get("code"):
            self.problems.append(f"“{texts['code'][:60]}” is said of webhooks only: choose the view {WEBHOOKS}.")
        on, differs = texts.get("on", ""), texts.get("differs", "") == "1"
        of_field = bool(texts.get("field")) and view != WEBHOOKS
        state = self._one_of(texts, "state", [DIFFERS, *(state.key for state in OF_BLUEPRINT)])
        return replace(
            self,
            view=view,
            # Health judges the webhooks, by each account's own version.
            against=self._version(texts.get("against", "")) if view != WEBHOOKS else None,
            on=self._version(on) if on != UNKNOWN else None,
            without_version=on == UNKNOWN,
            mode=self._one_of(texts, "mode", Installation.Mode.values),
            query=texts.get("q", ""),
            extension_type=texts.get("type", ""),
            # Of a field, that accounts differ means that they differ in it.
            state=state or (DIFFERS if differs and of_field else ""),
            code=self._one_of(texts, "code", WEBHOOK_CODES) if view == WEBHOOKS else "",
            differs=differs and not of_field,
        )

    def _one_of(self, texts: dict[str, str], name: str, known: Any) -> str:
        text = texts.get(name, "")
        if text and text not in known:
            self.problems.append(f"“{text[:60]}” is no {name}. Choose one of {', '.join(known)}.")
            return ""
        return text

    def _version(self, text: str) -> Blueprint | None:
        if not text or text == "own":
            return None
        for version in self.versions:
            if str(version.version) == text:
                return version
        there = ", ".join(str(version.version) for version in self.versions) or "none yet"
        self.problems.append(f"{self.extension} has no blueprint version “{text[:40]}”. There is: {there}.")
        return None

    def _key(self, text: str) -> Key | None:
        """The column that somebody means by "acme_deal/deal_value", by "deal_value" alone, or by the field's name."""
        if self.view == WEBHOOKS:
            return None
        found = self._type(text) if self.view == TYPES else self._fields(text)
        if len(found) == 1:
            return found[0]
        if found:
            *others, last = map("/".join, found)
            several, name = "Several template types have a field", "Name it with its template type"
            if len({custom_id for _, custom_id in found}) > 1:
                several, name = "Several fields are called", "Name the one that you mean"
            self.problems.append(f"{several} “{text[:80]}”. {name}: {', '.join(others)} or {last}.")
            return None
        of = f"Version {self.against.version}" if self.against else "No version"
        lacks = "has no" if self.against else "has a"
        noun = "template type" if self.view == TYPES else "field"
        self.problems.append(f"{of} {lacks} {noun} “{text[:80]}”. Choose one of the columns.")
        return None

    def _type(self, text: str) -> list[Key]:
        types = BlueprintTemplateType.objects.filter(blueprint__extension=self.extension, extension_type=text)
        if self.against:
            types = types.filter(blueprint=self.against)
        return [(text, "")] if types.exists() else []

    def _fields(self, text: str) -> list[Key]:
        """Every field that the text may mean: of the version that is compared with, else of the accounts' own versions.

        Only where none of those has any, of other released versions, and then of drafts: nobody is judged by these. And
        only where no field has that `custom_id`, those that are called so.
        """
        role, _, custom_id = text.partition("/")
        rows = fields_of_any_version(self.extension).filter(
            Q(custom_id=text)
            | Q(custom_id=custom_id, template_type__extension_type=role)
            | Q(name__in={text, text.lower(), text.upper(), text.capitalize()})
            | Q(name__iexact=text)  # of which SQLite knows those of ASCII letters only
        )
        if self.against:
            rows = rows.filter(template_type__blueprint=self.against)
        own = self.installations.exclude(blueprint=None).values("blueprint")
        judges = ExpressionWrapper(Q(template_type__blueprint__in=own), output_field=BooleanField())
        columns = ("template_type__extension_type", "custom_id", "judges", "of_draft")
        found: dict[tuple[bool, bool, bool], set[Key]] = {}
        for of_type, of_field, judging, of_draft in rows.annotate(judges=judges).values_list(*columns):
            called = of_field != text and (of_type, of_field) != (role, custom_id)
            found.setdefault((called, not judging, of_draft), set()).add((of_type, of_field))
        if any((role, custom_id) in keys for keys in found.values()):
            return [(role, custom_id)]
        return sorted(found[min(found)]) if found else []

    @property
    def types(self) -> bool:
        """Whether the columns are template types; webhooks stand under theirs."""
        return self.view != FIELDS

    @property
    def narrowed(self) -> QuerySet[Installation] | None:
        """The accounts that the search, or what is said of their webhooks, leaves; None where that is everybody."""
        of_webhooks = self._of_webhooks()
        if not self.query and of_webhooks is None:
            return None
        found = search(Installation.objects.filter(extension=self.extension), self.query, people=False)
        return found if of_webhooks is None else untold.loaded(found, timezone.now()).filter(of_webhooks)

    def _of_webhooks(self) -> Q | None:
        """What is asked of the webhooks of accounts; an account without a version should have none."""
        if self.view != WEBHOOKS or not (self.code or self.differs):
            return None
        if self.code:
            return Q(untold.told([self.code]))
        differ = untold.told([*WEBHOOK_CODES, NO_TYPE_CODE]) | untold.hindered()
        return (differ | untold.unread(READ_FOR_WEBHOOKS, timezone.now())) & Q(blueprint__isnull=False)

    @property
    def installations(self) -> QuerySet[Installation]:
        """The accounts that are asked for, but for the condition on what they have."""
        found = self.narrowed
        found = Installation.objects.filter(extension=self.extension) if found is None else found
        if self.on or self.without_version:
            found = found.filter(blueprint=self.on)
        if self.mode:
            found = found.filter(mode=self.mode)
        return found.connected()  # type: ignore[attr-defined,no-any-return]

    @property
    def scope(self) -> Scope:
        return Scope(self.extension, self.against, self.narrowed)

    def anything(self) -> Self:
        """The same view without its condition on what accounts have."""
        return replace(self, key=None, differs=False)

    @property
    def condition(self) -> Condition:
        if self.view == WEBHOOKS:
            return Condition()
        return Condition(self.key, self.states or frozenset(OF_BLUEPRINT), differs=self.differs)

    @property
    def states(self) -> frozenset[State]:
        """The states that are asked for; none while any will do."""
        if self.differs or (self.key and self.state == DIFFERS):
            return frozenset(AMISS) if self.view != WEBHOOKS else frozenset()
        state = State.of(self.state) if self.key else None
        return frozenset({state}) if state else frozenset()

    @property
    def chosen(self) -> Chosen:
        return Chosen(self.states, self.on.pk if self.on else None, self.without_version, self.mode)

    @property
    def details(self) -> dict[str, Any]:
        """What is asked for, for the record."""
        words = {
            "extension": self.extension.integration_key,
            "view": self.view,
            "against": self.against.version if self.against else "own",
            "on": self.on.version if self.on else UNKNOWN if self.without_version else "",
            "mode": self.mode,
            "search": self.query,
            "type": self.extension_type,
            "field": "/".join(filter(None, self.key)) if self.key else "",
            "state": self.state,
            "code": self.code,
            "differs": self.differs,
        }
        return {name: value for name, value in words.items() if value}
