"""The demo from its first line to its last: sandbox, fleet, console, and all stopped together."""

import signal
import socket
import time
from collections.abc import Callable
from datetime import datetime

import requests
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from console import roles
from console.demo import preparing, state
from console.demo.children import Child, Children
from console.demo.control import Control, direct
from console.demo.environment import ROOT, Plan
from console.models import Heartbeat
from console.tasks import dispatch_refreshes
from extensions.installations.models import Installation, Verdict

# Seconds until a process that gives no sign of life is given up.
PATIENCE = 120.0
# A larger fleet is refreshed by the worker, in its own time.
REFRESHED_BEFORE_READY = 500


class CannotRun(Exception):
    """The demo cannot start or go on; the message says why and what to do."""


class Demo:
    """One run. `say` gets the lines for the person in front of it."""

    def __init__(self, plan: Plan, children: Children, say: Callable[[str], None]) -> None:
        self.plan = plan
        self.children = children
        self.say = say
        self.kept = state.Kept.read(plan)
        self.passwords: dict[str, str] = {}

    def run(self) -> None:
        """Bring everything up and watch over it. Returns only by an exception."""
        began = time.monotonic()
        demand_free(self.plan.port, "PORT")
        demand_free(self.plan.sandbox_port, "SANDBOX_PORT")
        self._prepare()
        self._start_console()
        self._announce(time.monotonic() - began)
        while True:
            self._demand_alive()
            time.sleep(0.5)

    def _prepare(self) -> None:
        plan, kept = self.plan, self.kept
        if kept.differs(plan):
            health = "" if not kept.prepared else ", some of them broken" if kept.faults else ", all left healthy"
            self.say(
                f"{plan.directory} keeps a fleet of {kept.accounts} accounts from seed {kept.seed}{health}, and the "
                "demo goes on with it. For another fleet name another DEMO_DIR, or remove that folder."
            )
        # From here on the sandbox has a fleet, also when this run is stopped before it is prepared.
        kept.save(plan)
        self.say(f"Sandbox: a local Oneflow with {kept.accounts} accounts …")
        self._start_sandbox()
        call_command("migrate", verbosity=0, interactive=False)
        self.passwords = preparing.logins(plan)
        self._await("sandbox", Control(plan.sandbox_url).ready)
        if kept.prepared:
            preparing.extension(plan)
            if Installation.objects.due(timezone.now()).count() <= REFRESHED_BEFORE_READY:
                preparing.refresh_due()
        else:
            self._first_time()
        connection.close()

    def _first_time(self) -> None:
        plan, kept = self.plan, self.kept
        control = Control(plan.sandbox_url)
        accounts = control.accounts()
        self.say(f"Connecting {len(accounts)} accounts …")
        preparing.connect(accounts, preparing.extension(plan))
        self.say("Reading them for the first time …")
        preparing.refresh_due()
        self._say_unhealthy(accounts_with_faults={account.id for account in accounts if account.faults})
        if plan.faults:
            kept.faults, kept.left_out = preparing.break_some(control, accounts)
            self.say(f"Breaking {len(kept.faults)} of them, each in its own way, and reading those again …")
            preparing.refresh_due()
        kept.prepared = True
        kept.save(plan)

    def _say_unhealthy(self, accounts_with_faults: set[int]) -> None:
        """A fleet that is not healthy before anything was broken would make a liar of the demo."""
        found = Installation.objects.with_shown_verdict(timezone.now())
        ill = found.exclude(shown_verdict=Verdict.HEALTHY).exclude(account__oneflow_id__in=accounts_with_faults)
        for row in ill.values("account__name", "shown_verdict", "shown_cause")[:5]:
            self.say(
                f"Note: {row['account__name']} is {row['shown_verdict']} ({row['shown_cause']}), unbroken as it is."
            )

    def _start_sandbox(self) -> Child:
        return self.children.start(
            "sandbox",
            "-m",
            "sandbox",
            f"--port={self.plan.sandbox_port}",
            f"--dir={self.plan.directory / 'sandbox'}",
            f"--accounts={self.kept.accounts}",
            f"--toolkit={preparing.set_up_by_code(self.kept.accounts)}",
            f"--seed={self.kept.seed}",
            cwd=ROOT,
        )

    def _start_console(self) -> None:
        self.say("Starting web, worker and beat …")
        started = timezone.now()
        gunicorn = ["-m", "gunicorn", "--config", "python:console.serving", "console.wsgi"]
        self.children.start("web", *gunicorn, f"--bind=127.0.0.1:{self.plan.port}", cwd=ROOT)
        celery = ["-m", "celery", "--app", "console.celery", "--quiet"]
        # Killed outright, the demo cannot wait for a refresh: the worker then stops at once, and the lease runs out.
        self.children.start(
            "worker",
            *celery,
            "worker",
            "--concurrency=2",
            "--loglevel=INFO",
            "--without-gossip",
            "--without-mingle",
            cwd=ROOT,
            ends_with=signal.SIGQUIT,
        )
        self.children.start("beat", *celery, "beat", "--loglevel=INFO", "--pidfile=", cwd=ROOT)
        # Beat's own first turn comes after half a minute; until then nobody could tell that the two work together.
        dispatch_refreshes.delay()
        self._await("web", self._web_answers)
        for name in ("worker", "beat", "dispatch"):
            self._await(name, lambda name=name: _beats(name, started))

    def _web_answers(self) -> bool:
        try:
            return direct().get(self.plan.url, timeout=5, allow_redirects=False).status_code < 500
        except requests.RequestException:
            return False

    def _await(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            self._demand_alive()
            if time.monotonic() > deadline:
                raise CannotRun(f"The {name} gave no sign of life in {PATIENCE:.0f} s. Look into {self.plan.logs}.")
            time.sleep(0.1)

    def _demand_alive(self) -> None:
        dead = self.children.dead()
        if dead is not None:
            raise CannotRun(
                f"The {dead.name} stopped by itself, so everything stops. Its last words: "
                f"{dead.last_words() or 'none'} (log: {dead.log})"
            )

    def _announce(self, seconds: float) -> None:
        plan, kept = self.plan, self.kept
        if kept.left_out:
            self.say(f"Too few accounts for every fault; left out: {', '.join(kept.left_out)}")
        self.say("")
        self.say(f"  Console  {plan.url}/")
        self.say(f"  Sandbox  {plan.sandbox_url}/v1  (control plane: {plan.sandbox_url}/_sandbox/)")
        self.say(f"  Customer {plan.sandbox_url}/marketplace/  (the local Oneflow as its customers see it)")
        self.say(f"  State    {plan.directory}")
        self.say("")
        self.say(f"  {'Sign in as':<16}password")
        for role in roles.ROLES:
            self.say(f"  {role:<16}{self.passwords[role]}")
        self.say("")
        count = Installation.objects.count()
        connection.close()
        # Asked, since in a kept state some have been mended or broken since.
        broken = sum(bool(account.faults) for account in Control(plan.sandbox_url).accounts())
        self.say(
            f"Console ready on {plan.url}/ after {seconds:.0f} s: {count} account{'' if count == 1 else 's'}, "
            f"{broken} of them broken on purpose. Ctrl-C stops it."
        )


def demand_free(port: int, setting: str) -> None:
    """Raises `CannotRun` when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            other = port + 10 if 1024 <= port < 65_526 else 8010
            raise CannotRun(
                f"Port {port} cannot be used ({exc.strerror}). Choose another: make demo {setting}={other}"
            ) from exc


def _beats(name: str, since: datetime) -> bool:
    alive = Heartbeat.objects.filter(name=name, at__gte=since).exists()
    connection.close()
    return alive
