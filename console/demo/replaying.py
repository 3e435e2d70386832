"""A working day replayed against a sandbox, a minute at a time, by the console's own code: who is told of what?

The clock is handed to everything that asks for the time: dispatch, refreshes, the passing of time, incidents and
notifications. What is sent goes over HTTP to a receiver that checks signatures, as a partner's would.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from console import notifying, refreshing, watching
from console.audit import command_line
from console.demo.control import Control, SandboxAccount
from console.demo.receiving import Receiver
from console.models import Heartbeat
from extensions.health import passing
from extensions.health.models import Channel, ChannelSecret, Rule
from extensions.installations.models import Installation, Verdict

MINUTE = timedelta(minutes=1)
HOURS = 6.5
FIELD_ACCOUNTS = 40
FAULT_OF_FIELD, FAULT_OF_TOKEN = "field.inactive", "token.rejected"
THREADS = 2  # the sandbox answers on one core while these judge and store on the other
SECRET = "the-signing-secret-of-this-demo"  # noqa: S105  (of a receiver that ends with the demo)


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as it arrived: after how long in the day, and its line."""

    at: timedelta
    title: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is brought about in the sandbox at a time of the day."""

    at: timedelta
    says: str
    do: Callable[[], None]


class Day:
    """One day over the fleet of a sandbox; the accounts are connected. `say` gets the lines for whoever watches."""

    def __init__(self, control: Control, accounts: list[SandboxAccount], say: Callable[[str], None]) -> None:
        self.control, self.accounts, self.say = control, accounts, say
        self.start = timezone.now().replace(second=0, microsecond=0) + MINUTE
        self.now = self.start
        self.told: list[Told] = []

    def replay(self) -> list[Told]:
        """Let the day pass; what was told, in order."""
        with Receiver(SECRET) as receiver:
            self._spread()
            self._tell(receiver.url)
            waiting = self.happenings()
            while self.now < self.start + timedelta(hours=HOURS):
                while waiting and self.start + waiting[0].at <= self.now:
                    happening = waiting.pop(0)
                    self.say(f"{self._clock()}  ·  {happening.says}")
                    happening.do()
                self._minute()
                self._hear(receiver)
                self.now += MINUTE
        return self.told

    def happenings(self) -> list[Happening]:
        """The three things that go wrong, and their ends."""
        hour = timedelta(hours=1)
        [revoked, *others] = self.accounts
        struck = others[:FIELD_ACCOUNTS]
        names = f"{revoked.name} (account {revoked.id})"

        def each(work: Callable[[int, str], None]) -> None:
            for account in struck:
                work(account.id, FAULT_OF_FIELD)

        def give_back() -> None:
            self.control.clear(revoked.id, FAULT_OF_TOKEN)
            chosen = Installation.objects.filter(account__oneflow_id=revoked.id)
            refreshing.want(chosen, self.now, command_line())

        return [
            Happening(hour, "Oneflow answers 503 to everything", self.control.go_down),
            Happening(hour + 20 * MINUTE, "Oneflow is back", self.control.behave),
            Happening(
                2 * hour,
                f"{names} revokes its token",
                lambda: self.control.bring_about(revoked.id, FAULT_OF_TOKEN),
            ),
            Happening(3 * hour + 40 * MINUTE, f"{names} gives it back, and support has it read", give_back),
            Happening(
                4 * hour + 30 * MINUTE,
                f"the field Deal value is switched off in {len(struck)} accounts at once",
                lambda: each(self.control.bring_about),
            ),
            Happening(
                5 * hour + 50 * MINUTE, "it is switched on again in all of them", lambda: each(self.control.clear)
            ),
        ]

    def _spread(self) -> None:
        """Read once and healthy, then due one after the other over an hour, as in a fleet that has run for long."""
        rows = list(Installation.objects.order_by("pk"))
        for number, row in enumerate(rows):
            row.refresh_at = self.start + timedelta(hours=1) * number / len(rows)
        Installation.objects.bulk_update(rows, ["refresh_at"])

    def _tell(self, url: str) -> None:
        channel = Channel.objects.create(name="on duty", kind=Channel.Kind.WEBHOOK, host="127.0.0.1")
        for kind, secret in ((ChannelSecret.Kind.ADDRESS, url), (ChannelSecret.Kind.SIGNING, SECRET)):
            row = ChannelSecret(channel=channel, kind=kind)
            row.seal(secret)
            row.save()
        Rule.objects.create(name="everything, at once", channel=channel)

    def _minute(self) -> None:
        """What worker and beat do in a minute."""
        now = self.now
        for name in ("worker", "beat"):
            Heartbeat.beat(name, now)
        lease = Installation.claim(now, limit=settings.REFRESH_BATCH, until=now + settings.REFRESH_LEASE)
        if lease is not None:
            self._refresh(lease)
        passing.let_time_pass(now)
        watching.watch(now)
        notifying.notify(lambda: now)

    def _refresh(self, lease: UUID) -> None:
        now = self.now

        def one(pk: int) -> None:
            try:
                refreshing.refresh(pk, lease, clock=lambda: now)
            finally:
                connection.close()

        leased = list(Installation.objects.filter(lease_id=lease).values_list("pk", flat=True))
        if len(leased) < THREADS:
            for pk in leased:
                refreshing.refresh(pk, lease, clock=lambda: now)
            return
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(one, leased))

    def _hear(self, receiver: Receiver) -> None:
        for body in receiver.take():
            told = Told(self.now - self.start, json.loads(body)["title"])
            self.told.append(told)
            self.say(f"{self._clock()}  ▸  {told.title}")

    def _clock(self) -> str:
        return f"{timezone.localtime(self.now):%H:%M}"

    def unwell(self) -> int:
        """How many installations are not healthy at the end of the day."""
        shown = Installation.objects.with_shown_verdict(self.now)
        return shown.exclude(shown_verdict=Verdict.HEALTHY).count()
