"""Writing an approved repair: read again, write once, read back. What is to be known is stored before each next step.

A repair that was ended at any line is taken up from its state: *approved* has not been sent; *writing* may have been,
which only the account tells; *written* was, and is to be read back. A lease is one run's right to store; whoever lost
it stores nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.acting import Actor, Deed
from extensions.installations.models import Installation
from extensions.mappings.models import Repair, RepairSnapshot
from extensions.mappings.repairing.account import Reading, acting_admin, read_again
from extensions.mappings.repairing.approving import SETTLED_AFTER
from extensions.mappings.repairing.comparing import Taken, moved, now_of, taken
from extensions.mappings.repairing.context import Context, context_of, version_of
from extensions.mappings.repairing.guarding import demand_whole
from extensions.mappings.repairing.planning import demand_still_meant
from extensions.mappings.repairing.plans import Call, Plan, printable
from extensions.mappings.repairing.proposing import plan_of
from extensions.mappings.repairing.refusing import LOOK_INTO_IT, PLAN_AGAIN, Refused, refusal_of
from extensions.mappings.repairing.remembering import read_soon, remember
from oneflow.client import OneflowClient
from oneflow.errors import (
    BudgetSpent,
    InvalidToken,
    NotPermitted,
    OneflowError,
    OutOfTime,
    RateLimited,
    Rejected,
)
from oneflow.exchanges import Exchange

State = Repair.State
# After a reading back that did not succeed, how long until the next one; and how many are tried before staff are to.
READ_BACK_AFTER = timedelta(minutes=1)
MOST_TRIES = 20
MOST_EXCHANGES = 60
WRITES_OFF = (
    "Writes are off for this extension: nothing was written.",
    "An administrator turns them on in the extension's settings; then plan the repair again.",
)
DISCONNECTED = (
    "The installation was disconnected or relinked meanwhile: nothing was written.",
    "Look at the installation, and plan the repair again.",
)
OR_UNDO = "Compare the account with what was approved. Then undo what was taken, or plan a repair for what is wrong."


class LeaseLost(Exception):
    """Another run may have taken the repair up: this one stores nothing any more."""


def claim(repair_id: int, now: datetime, until: datetime) -> UUID | None:
    """Take a repair that is due for one run, in one UPDATE; None when it is taken, held back or over.

    Held back in this moment is what has no `run_at` any more: that its job rests an UPDATE that had to wait for the row
    does not see, which looks again at the row alone.
    """
    lease_id = uuid4()
    due = Repair.objects.due(now).filter(pk=repair_id)
    return lease_id if due.update(lease_id=lease_id, lease_until=until) else None


def hold(repair_id: int, lease_id: UUID, now: datetime, until: datetime) -> bool:
    """Hold a claimed repair anew, however long its task stood in the queue; False when the lease was lost."""
    return bool(Repair.objects.leased(lease_id, now).filter(pk=repair_id).update(lease_until=until))


def execute(
    repair_id: int,
    lease_id: UUID,
    *,
    client: OneflowClient,
    sign_key: str = "",
    heard: Callable[[], Sequence[Exchange]] = tuple,
    clock: Callable[[], datetime] = timezone.now,
) -> Repair | None:
    """Run a claimed repair as far as it goes; the repair as it is then, or None when the lease was lost.

    `heard` gives the exchanges of the client so far. Ends in a state that is over; or, when Oneflow could not be asked,
    in the same state as before, to be run again: *approved* where nothing was sent, else *writing* or *written*.
    """
    now = clock()
    rows = Repair.objects.leased(lease_id, now).select_related("installation__account", "installation__extension")
    repair = rows.select_related("blueprint").filter(pk=repair_id).first()
    if repair is None:
        return None
    run = _Run(repair, lease_id, client, sign_key, heard, clock)
    try:
        return run.to_its_end()
    except LeaseLost:
        return None


def give_back(repair_id: int, lease_id: UUID, result: str, remedy: str, *, now: datetime) -> Repair | None:
    """Let go of a claimed repair for which Oneflow was not asked at all, and say why; None when the lease was lost."""
    repair = Repair.objects.leased(lease_id, now).filter(pk=repair_id).first()
    if repair is None:
        return None
    again = repair.state != State.APPROVED and repair.tries < MOST_TRIES
    values = _released(repair, now, result, remedy, again=again)
    Repair.objects.leased(lease_id, now).filter(pk=repair_id).update(**values)
    repair.refresh_from_db()
    return repair


def _released(repair: Repair, now: datetime, result: str, remedy: str, *, again: bool) -> dict[str, Any]:
    """The columns of a repair that nobody runs any more; `again` has it run by itself after a while."""
    return {
        "run_at": now + READ_BACK_AFTER if again else None,
        "tries": repair.tries + 1,
        "lease_id": None,
        "lease_until": None,
        "result": result,
        "remedy": remedy,
    }


@dataclass(slots=True)
class _Run:
    """One run of one repair."""

    repair: Repair
    lease_id: UUID
    client: OneflowClient = field(repr=False)
    sign_key: str = field(repr=False)
    heard: Callable[[], Sequence[Exchange]]
    clock: Callable[[], datetime]
    stored_before: list[dict[str, Any]] = field(default_factory=list)

    def to_its_end(self) -> Repair:
        self.stored_before = list(self.repair.exchanges)
        try:
            plan = plan_of(self.repair)
        except Refused as refused:
            return self._refused(refused)
        installation = self.repair.installation
        context = context_of(installation, self.repair.blueprint or version_of(installation))
        steps = {State.APPROVED: self._write, State.WRITING: self._find_out, State.WRITTEN: self._read_back}
        while step := steps.get(State(self.repair.state)):
            try:
                step(plan, context)
            except Refused as refused:
                return self._refused(refused)
            except OneflowError as error:
                return self._not_now(error)
            if self.repair.lease_id is None:
                break
        return self.repair

    # --- the steps ----------------------------------------------------------------------------------------------

    def _write(self, plan: Plan, context: Context) -> None:
        """Read the account again and, if nothing has changed since the plan, send the write."""
        reading = self._reading(plan, context)
        if found := moved(plan, reading, context):
            self._end(
                State.STOPPED,
                "The account is not as it was when the repair was planned: nothing was written.",
                PLAN_AGAIN,
                notes=found,
            )
            return
        demand_still_meant(plan, reading, context, plan_of(self.repair.undoes) if self.repair.undoes else None)
        if plan.write.call is Call.REPLACE_FIELDS:
            assert reading.kept is not None  # else it would have moved
            demand_whole(plan.write.body["data_fields"], reading.kept, plan.confirmable & {*self.repair.removes})
        admin = acting_admin(reading, self.repair.installation.acting_user_email)
        if not self._mark_writing(admin.oneflow_id):
            return
        try:
            made = _send(self.client, plan, admin.email, self.sign_key)
        except (BudgetSpent, OutOfTime, RateLimited) as error:
            # Not sent, or not taken: it may be sent again.
            self._store(state=State.APPROVED, sent_at=None)
            raise error
        except (InvalidToken, NotPermitted, Rejected) as error:
            refused = refusal_of(error)
            self._end(State.FAILED, refused.sentence, refused.remedy)
            return
        except OneflowError as error:
            # It may have taken effect all the same. The account says whether it did.
            self._store(unanswered=str(error)[:500])
            return
        self._store(state=State.WRITTEN, made=made or self.repair.made)

    def _find_out(self, plan: Plan, context: Context) -> None:
        """Whether a write that may have been sent took effect, by reading the account."""
        reading = self._reading(plan, context)
        found = taken(plan, reading)
        if found.is_all:
            self._store(state=State.WRITTEN)
            self._settle(plan, context, reading, found)
        elif not moved(plan, reading, context):
            self._not_sent()
        elif found.ignored:
            self._end(
                State.DIFFERS,
                "The account is neither as before nor as approved. Whether the write was sent is not known: somebody "
                "else may have changed the account.",
                LOOK_INTO_IT,
                notes=[*found.ignored, *found.lost, *found.others],
            )
        else:
            self._settle(plan, context, reading, found)

    def _not_sent(self) -> None:
        """The account is as it was: the write was never sent, or has had no effect, or none yet."""
        unanswered = self.repair.unanswered
        if self.repair.sent_at is not None and self.clock() - self.repair.sent_at < SETTLED_AFTER:
            told = unanswered or "The worker was ended before it knew whether the write was sent."
            told = f"{told} It may still take effect, so the account is read again in a minute."
            self._release(told, "Wait for that. Nothing else is written to the account meanwhile.", again=True)
            return
        if not unanswered:
            self._store(state=State.APPROVED, sent_at=None)
            return
        # It was sent, once, and is not sent again: it might yet take effect.
        sentence = f"{unanswered} The account was read back: nothing has changed."
        self._end(State.FAILED, sentence, "Look at Oneflow's state, then plan the repair again.")

    def _read_back(self, plan: Plan, context: Context) -> None:
        reading = self._reading(plan, context)
        self._settle(plan, context, reading, taken(plan, reading))

    def _settle(self, plan: Plan, context: Context, reading: Reading, found: Taken) -> None:
        """Say what came of a write that took effect, or that Oneflow answered 200 to and ignored."""
        notes = [*found.ignored, *found.lost, *found.others]
        if found.is_all:
            state, result, remedy = State.VERIFIED, "Done: the account was read back and is as approved.", ""
        elif found.lost or found.others or moved(plan, reading, context):
            state = State.DIFFERS
            result, remedy = "It was written, but the account is not all as approved.", OR_UNDO
        else:
            state = State.IGNORED
            result = "Oneflow took the write and answered 200, but changed nothing of this."
            remedy = "What the extension owns only Oneflow can change, or enabling it anew, which costs the token."
        made, now = found.made or self.repair.made or 0, self.clock()
        with transaction.atomic():
            self._end(state, result, remedy, notes=notes, made=made or None)
            RepairSnapshot.keep(self.repair, RepairSnapshot.Kind.AFTER, now_of(plan, reading, context), now)
            read_soon(self.repair.installation, now)
            if made and not found.ignored:
                remember(self.repair.installation, plan, made, now)
            if state is State.VERIFIED:
                Repair.objects.filter(pk=self.repair.undoes_id, state=State.VERIFIED).update(state=State.UNDONE)

    # --- what every step needs ----------------------------------------------------------------------------------

    def _reading(self, plan: Plan, context: Context) -> Reading:
        return read_again(self.client, plan.operations[0].kind, plan.write.target, context)

    def _mark_writing(self, acting_user: int) -> bool:
        """Say that the write is about to be sent, in the statement that asks whether it may; False when it waits."""
        self._demand_allowed()
        try:
            with transaction.atomic():
                self._store(
                    only={
                        "installation__extension__writes_allowed": True,
                        "installation__token": self.repair.installation.token_id,
                    },
                    state=State.WRITING,
                    sent_at=self.clock(),
                    acting_user=acting_user,
                )
        except IntegrityError:
            self._wait_for_the_other()
            return False
        return True

    def _wait_for_the_other(self) -> None:
        """Let go, and say which repair of the account must come to its end first."""
        others = Repair.objects.unsettled().filter(installation=self.repair.installation_id)
        number = others.exclude(pk=self.repair.pk).values_list("pk", flat=True).first()
        name = f"repair {number}" if number else "the other repair of this account"
        told = f"Nothing was written: {name} was sent to this account and is not read back yet."
        self._release(told, f"See that {name} comes to its end, then run this one again.", again=False)

    def _demand_allowed(self) -> None:
        """Raise `Refused` where writes were switched off, or the installation is not what it was, meanwhile."""
        latest = Installation.objects.select_related("extension").get(pk=self.repair.installation_id)
        if not latest.extension.writes_allowed:
            raise Refused(*WRITES_OFF)
        same = latest.token_id == self.repair.installation.token_id
        if not same or latest.state == Installation.State.DISCONNECTED:
            raise Refused(*DISCONNECTED)

    def _refused(self, refused: Refused) -> Repair:
        """Nothing is sent. What may have been sent before stays to be found out."""
        if self.repair.state == State.APPROVED:
            self._end(State.STOPPED, refused.sentence, refused.remedy)
        else:
            self._release(refused.sentence, refused.remedy, again=False)
        return self.repair

    def _not_now(self, error: OneflowError) -> Repair:
        """Oneflow could not be asked. What was sent is read back later by itself; what was not, staff run again."""
        sent = self.repair.state != State.APPROVED
        refused = refusal_of(error)
        if isinstance(error, InvalidToken) and not sent:
            self._end(State.STOPPED, refused.sentence, refused.remedy)
            return self.repair
        again = sent and self.repair.tries < MOST_TRIES and not isinstance(error, InvalidToken)
        told = "It was sent; whether it took effect is not known yet." if sent else "Nothing was written."
        remedy = "It is read back again by itself." if again else f"{refused.remedy} Then run it again."
        self._release(f"{told} {refused.sentence}", remedy, again=again)
        return self.repair

    def _release(self, result: str, remedy: str, *, again: bool) -> None:
        self._store(**_released(self.repair, self.clock(), result, remedy, again=again))

    def _end(self, state: str, result: str, remedy: str = "", *, notes: Sequence[str] = (), **more: Any) -> None:
        """The end of the repair, with its record, in one transaction."""
        with transaction.atomic():
            self._store(
                state=state,
                ended_at=self.clock(),
                result=result,
                remedy=remedy,
                notes=[printable(each) for each in notes][:200],
                run_at=None,
                lease_id=None,
                lease_until=None,
                **more,
            )
            outcome = {State.VERIFIED: "done", State.STOPPED: "refused"}.get(State(state), "failed")
            repair = self.repair
            actor = Actor(name=repair.run_by or repair.decided_by, role=repair.run_role or repair.decided_role)
            details = {"repair": repair.pk, "state": state, "acting_user": repair.acting_user, "made": repair.made}
            Deed(actor, "repair.write", repair.installation, outcome=outcome, reason=result, details=details).tell()

    def _store(self, *, only: Mapping[str, Any] | None = None, **values: Any) -> None:
        """Write the columns, if the lease still holds and `only` is so. Raises `LeaseLost`."""
        values["exchanges"] = [*self.stored_before, *map(_told, self.heard())][-MOST_EXCHANGES:]
        held = Repair.objects.filter(pk=self.repair.pk, lease_id=self.lease_id, lease_until__gt=self.clock())
        if only:
            held = held.filter(pk__in=Repair.objects.filter(pk=self.repair.pk, **only).values("pk"))
        if not held.update(**values):
            raise LeaseLost
        for name, value in values.items():
            setattr(self.repair, name, value)


def _send(client: OneflowClient, plan: Plan, email: str, sign_key: str) -> int:
    """Send the write, once; the id of what it made, 0 where it makes nothing."""
    write = plan.write
    body = {**write.body, "sign_key": sign_key} if write.signed and sign_key else write.body
    if write.call is Call.REPLACE_FIELDS:
        client.replace_data_fields(write.target, body["data_fields"], email)
    elif write.call is Call.CREATE_TEMPLATE_TYPE:
        return client.create_template_type(body["name"], body["description"], email).id
    elif write.call is Call.CREATE_WEBHOOK:
        return client.create_webhook(body, email).id
    elif write.call is Call.UPDATE_WEBHOOK:
        client.update_webhook(write.target, body, email)
    else:
        client.delete_webhook(write.target, email)
    return 0


def _told(exchange: Exchange) -> dict[str, Any]:
    """An exchange as the repair keeps it; it holds no value of the account's."""
    return {**asdict(exchange), "at": exchange.at.isoformat()}
