"""Whatever people and clients do with a contract, in whatever order: a model says what must come of it.

The model knows states, signatures and events, and nothing of how the sandbox keeps them. It predicts the status of each
action and the whole list of events, so that there is no event without its change and no change without its event.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox.conftest import Json
from tests.sandbox.contracting import Desk, company, people_of, person
from tests.sandboxes import Sandbox

OPEN = ("draft", "pending", "overdue")
LIFE = "contract:lifecycle_state:"
SIGNING_DAYS = 14
# The lifecycle settings that a contract may have, and after how many days its period ends.
LIVES: dict[str, tuple[Json, int | None]] = {
    "no_duration": ({"type": "no_duration"}, None),
    "single_period": ({"type": "single_period", "duration": "5d"}, 5),
    "recurring": ({"type": "recurring", "duration": "7d"}, 7),
}


@dataclass
class Someone:
    """A participant of the model."""

    pk: int
    signatory: bool
    decision: str = "undecided"
    visited: bool = False


@dataclass
class Model:
    """What a contract is, as far as section 9 says it. Times are days since it was made."""

    kind: str
    people: list[Someone]
    state: str = "draft"
    marked: bool = False
    day: int = 0
    expiry: int | None = None
    value: str = ""
    name: str = ""
    life: str | None = None
    period_end: int | None = None
    cancelled: bool = False
    events: list[str] = field(default_factory=list)

    def signatories(self) -> list[Someone]:
        return [one for one in self.people if one.signatory]

    def edit(self, *types: str) -> None:
        """The content changes; after it was sent, whoever had signed has not any more."""
        self.events += types
        if self.state == "draft":
            return
        self.events.append("contract:content_update")
        signed = [one for one in self.people if one.decision == "signed"]
        if signed:
            self.events += ["contract:signature_reset", *["participant:signature_reset"] * len(signed)]
        for one in signed:
            one.decision = "undecided"

    def conclude(self) -> None:
        """It becomes signed and its life begins."""
        self.state = "signed"
        self.events += ["contract:sign", f"{LIFE}start"]
        self.life = "active"
        length = LIVES[self.kind][1]
        self.period_end = None if length is None else self.day + length

    def wait(self, days: int) -> None:
        self.day += days
        if self.state == "pending" and self.expiry is not None and self.expiry <= self.day:
            self.state = "overdue"
            self.events.append("contract:signing_period_expire")
        while self.life == "active" and self.period_end is not None and self.period_end <= self.day:
            self._end_period()

    def _end_period(self) -> None:
        assert self.period_end is not None
        if self.kind == "single_period":
            self.life = "ended"
            self.events.append(f"{LIFE}end")
        elif self.cancelled:
            self.life = "ended"
        else:
            self.period_end += 7
            self.events.append(f"{LIFE}new_period")


class Play:
    """One contract of the sandbox beside one of the model, and everything that can be done with it."""

    def __init__(self, desk: Desk, kind: str, *, second: bool) -> None:
        self.desk = desk
        self.deleted = False
        self.joined = 0
        people = company(person("Ida Berg"), person("Ola Moen", signatory=second))
        self.contract = desk.create(parties=[people], lifecycle_settings=LIVES[kind][0])
        self.fjord = self.contract["parties"][1]["id"]
        self.model = Model(kind, [Someone(one["id"], one["signatory"]) for one in people_of(self.contract)])

    def begin(self, how: int) -> None:
        """As a draft, sent, or signed, so that every part of a contract's life is played often."""
        if how > 0:
            self.publish(0)
        while how > 1 and self.model.state == "pending":
            self.sign(0)

    def expect(self, allowed: bool, method: str, path: str, body: Json | None = None) -> bool:
        """Ask the API; it must say 200, or 409 when the model does not allow it. Nothing is there once deleted."""
        answer = self.desk.api(method, f"/contracts/{self.contract['id']}{path}", body)
        wanted = 404 if self.deleted else 200 if allowed else 409
        assert answer.status_code == wanted, f"{method} {path}: {answer.text}"
        return answer.status_code == 200

    def act(self, allowed: bool, path: str, body: Json | None = None) -> bool:
        """The same of the control plane."""
        url = f"{self.desk.sandbox.url}/_sandbox/contracts/{self.contract['id']}/{path}"
        answer = self.desk.sandbox.session.post(url, json=body)
        wanted = 404 if self.deleted else 200 if allowed else 409
        assert answer.status_code == wanted, f"{path}: {answer.text}"
        return answer.status_code == 200

    def publish(self, number: int) -> None:
        model = self.model
        if self.expect(model.state == "draft" and bool(model.signatories()), "POST", "/publish"):
            model.state, model.expiry = "pending", model.day + SIGNING_DAYS
            model.events.append("contract:publish")

    def fill(self, number: int) -> None:
        model, value = self.model, str(number % 3)
        allowed = model.state in OPEN
        if self.expect(allowed, "PUT", "/data_fields/c::deal_value", {"value": value}) and value != model.value:
            model.value = value
            model.edit("data_field:update")

    def rename(self, number: int) -> None:
        name = "AB"[: number % 3]
        if self.expect(self.model.state in ("draft", "pending", "signed"), "PUT", "", {"_private": {"name": name}}):
            self.model.name = name

    def give_time_without_end(self, number: int) -> None:
        model = self.model
        body = {"_private": {"signing_period_expiration": {"type": "never"}}}
        if not self.expect(model.state in OPEN, "PUT", "", body):
            return
        if model.state == "overdue":
            model.state = "pending"
            model.events.append("contract:signing_period_revive")
        if model.state == "pending":
            model.expiry = None
        else:
            # Another draft is as good, and this one would never be overdue.
            body["_private"]["signing_period_expiration"] = {
                "type": "days_after_publish",
                "expire_days_after_publish": SIGNING_DAYS,
            }
            self.expect(True, "PUT", "", body)

    def sign(self, number: int) -> None:
        """One who can, if there is one."""
        model = self.model
        able = [one for one in model.signatories() if one.decision == "undecided"]
        self.sign_as((able or model.people)[number % len(able or model.people)])

    def sign_as_anybody(self, number: int) -> None:
        self.sign_as(self.model.people[number % len(self.model.people)])

    def sign_as(self, who: Someone) -> None:
        model = self.model
        if self.act(self.may_decide(who), "sign", {"participant": who.pk}):
            who.decision = "signed"
            model.events.append("participant:sign")
            if all(one.decision == "signed" for one in model.signatories()):
                model.conclude()

    def may_decide(self, who: Someone) -> bool:
        return self.model.state == "pending" and who.signatory and who.decision == "undecided"

    def decline(self, number: int) -> None:
        who = self.model.people[number % len(self.model.people)]
        if self.act(self.may_decide(who), "decline", {"participant": who.pk}):
            who.decision = self.model.state = "declined"
            self.model.events += ["participant:decline", "contract:decline"]

    def decline_for_the_owner(self, number: int) -> None:
        if self.expect(self.model.state == "pending", "POST", "/decline"):
            self.model.state = "declined"
            self.model.events.append("contract:decline")

    def mark_as_signed(self, number: int) -> None:
        if self.expect(self.model.state in OPEN, "POST", "/mark_as_signed"):
            self.model.marked = True
            self.model.conclude()

    def visit(self, number: int) -> None:
        model = self.model
        who = model.people[number % len(model.people)]
        if self.act(model.state != "draft", "visit", {"participant": who.pk}) and not who.visited:
            who.visited = True
            model.events.append("participant:first_visit")

    def join(self, number: int) -> None:
        model, signatory = self.model, number % 2 == 0
        self.joined += 1
        newcomer = person(f"Number {self.joined}", signatory=signatory)
        path = f"/contracts/{self.contract['id']}/parties/{self.fjord}/participants"
        answer = self.desk.api("POST", path, newcomer)
        assert answer.status_code == (404 if self.deleted else 200 if model.state in OPEN else 409), answer.text
        if answer.status_code == 200:
            model.people.append(Someone(answer.json()["id"], signatory))
            model.edit("participant:create")

    def leave(self, number: int) -> None:
        model = self.model
        theirs = model.people[1:]
        who = theirs[number % len(theirs)]
        last = len(theirs) == 1 or (model.state != "draft" and model.signatories() == [who])
        if self.expect(model.state in OPEN and not last, "DELETE", f"/parties/{self.fjord}/participants/{who.pk}"):
            model.people.remove(who)
            model.edit("participant:delete")

    def wait(self, number: int) -> None:
        days = (1, 2, 5, 9, 14)[number]
        self.desk.days_pass(days)
        if not self.deleted:
            self.model.wait(days)

    def cancel(self, number: int) -> None:
        model = self.model
        allowed = model.kind == "recurring" and model.life == "active" and not model.cancelled
        if self.act(allowed, "cancel"):
            model.cancelled = True
            model.events.append(f"{LIFE}cancel")

    def terminate(self, number: int) -> None:
        if self.act(self.model.life == "active", "terminate"):
            self.model.life = "ended"
            self.model.events.append(f"{LIFE}terminate")

    def delete(self, number: int) -> None:
        for _ in range(2):
            answer = self.desk.api("DELETE", f"/contracts/{self.contract['id']}")
            assert (answer.status_code, answer.content) == (200, b"")
        self.deleted = True

    def it_is_as_the_model_says(self) -> None:
        model = self.model
        answer = self.desk.api("GET", f"/contracts/{self.contract['id']}")
        if self.deleted:
            assert answer.status_code == 404
            return
        shown = answer.json()
        assert shown["state"] == model.state
        assert shown["lifecycle_state"]["lifecycle_state"] == model.life
        assert shown["_private"]["name"] == model.name
        decisions = [(one["id"], one["sign_state"]) for one in people_of(shown)]
        assert decisions == [(one.pk, one.decision) for one in model.people]
        assert self.desk.events(shown) == model.events
        if shown["state"] == "signed" and not model.marked:
            assert all(one["sign_state"] == "signed" for one in people_of(shown) if one["signatory"])


# How often each comes: what ends most of what can happen comes seldom.
ACTIONS = (
    *[Play.publish] * 3, *[Play.sign] * 6, Play.sign_as_anybody, *[Play.fill] * 2, Play.rename, *[Play.visit] * 2,
    *[Play.wait] * 4, *[Play.give_time_without_end] * 2, Play.join, Play.leave, Play.decline,
    Play.decline_for_the_owner, Play.mark_as_signed, *[Play.cancel] * 2, Play.terminate, Play.delete,
)  # fmt: skip
STEPS = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 4))


@pytest.mark.usefixtures("unlimited")
def test_a_contract_goes_only_the_ways_that_there_are(sandbox: Sandbox, account: Json) -> None:
    desk = Desk.at(sandbox, account)

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # Each step is asked over HTTP: making a failure shorter would take minutes and tell little more.
        phases=[Phase.generate],
    )
    @given(st.sampled_from(sorted(LIVES)), st.booleans(), st.integers(0, 2), st.lists(STEPS, min_size=10, max_size=20))
    def played(kind: str, second: bool, begun: int, steps: list[tuple[Callable[[Play, int], None], int]]) -> None:
        play = Play(desk, kind, second=second)
        play.begin(begun)
        for action, number in steps:
            action(play, number)
            play.it_is_as_the_model_says()

    played()
