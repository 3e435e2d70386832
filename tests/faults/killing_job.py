"""`python -m tests.faults.killing_job URL`: kill whoever moves a job on, at every distinct step, one after the other.

Runs against the sandbox at URL on the database of DATABASE_URL, which is empty. A child process first makes and drives
a job over two accounts to its end - dry run, approval, the first account, a look, the second - and writes down each
statement, commit and call that it passed. Then, for each of these that differs from the others, a child drives another
such job and kills itself there: before it, and after it. Whoever comes when the leases have ended goes on with what
stands in the database. In the end each account is as approved, was written once, and is in the job once. Ends with an
error at the first step that leaves anything else.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import django

from tests.faults.killing import Killer, ended_by_a_kill

# A token may ask 2,000 times in five minutes, of the sandbox too.
MOMENTS_OF_AN_ACCOUNT = 30
MOST_STEPS = 200  # of a job over two accounts


class Walker(Killer):
    """Passes moments like a killer that never comes, and writes down what each was."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.passed: list[str] = []
        self._last = ""

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def written_down(*args: Any, **options: Any) -> Any:
            what = name_of(args) or f"commit after {self._last}"
            self._last = what
            self.passed.append(f"before {what}")
            answer = function(*args, **options)
            self.passed.append(f"after {what}")
            return answer

        return written_down


def name_of(args: tuple[Any, ...]) -> str:
    """What a statement or call is, whatever it is about; "" for a commit."""
    if not args:
        return ""
    request = next((each for each in args if hasattr(each, "path_url")), None)
    if request is not None:
        return f"{request.method} {re.sub(r'[0-9]+', 'N', request.path_url)}"
    return re.sub(r"(%s(, )?)+", "%s", str(args[0]))


def main(url: str) -> int:
    from django.core.management import call_command

    from tests.console.repairing import to_repair
    from tests.sandboxes import Sandbox

    call_command("migrate", verbosity=0)
    sandbox = Sandbox(None, url, Path())  # type: ignore[arg-type]  # somebody else's process
    shorten()
    rows = [to_repair(sandbox) for _ in range(2)]
    walk(sandbox, rows)  # what is done once for a token is done by now
    moments = distinct(walk(sandbox, rows))
    for number, moment in enumerate(moments):
        if number % MOMENTS_OF_AN_ACCOUNT == 0:
            rows = [to_repair(sandbox) for _ in range(2)]
        prepare(sandbox, rows)
        assert ended_by_a_kill(partial(drive_in_child, Killer(moment), rows)), f"moment {moment} is never reached"
        go_on_later(rows)
        check(sandbox, rows, moment)
    sys.stdout.write(f"survived {len(moments)} kills\n")
    return 0


def shorten() -> None:
    """The first few are one, and one is worked on at a time: so two accounts pass every step of a job."""
    from extensions.mappings.jobs import course

    course.CANARY = course.AT_ONCE = 1


def prepare(sandbox: Any, rows: list[Any]) -> None:
    from extensions.mappings.models import Repair, RepairJob
    from tests.faults.killing_repair import switch_off

    RepairJob.objects.all().delete()
    Repair.objects.all().delete()
    for each in rows:
        switch_off(sandbox, each)
    sandbox.forget_requests()


def walk(sandbox: Any, rows: list[Any]) -> list[str]:
    """What a job passes from its making to its end."""
    prepare(sandbox, rows)
    walker = Walker()
    with tempfile.NamedTemporaryFile("w+") as noted:
        path = Path(noted.name)
        assert not ended_by_a_kill(
            lambda: drive_in_child(walker, rows, lambda: path.write_text(json.dumps(walker.passed)))
        )
        passed: list[str] = json.loads(path.read_text())
    check(sandbox, rows, -1)
    return passed


def distinct(passed: list[str]) -> list[int]:
    """Of each thing that is passed a moment: before the first one, or after the last."""
    first = {each: number for number, each in reversed(list(enumerate(passed))) if each.startswith("before")}
    last = {each: number for number, each in enumerate(passed) if each.startswith("after")}
    return sorted({*first.values(), *last.values()})


def drive_in_child(killer: Killer, rows: list[Any], afterwards: Callable[[], Any] = lambda: None) -> NoReturn:
    from django.db import connection

    from oneflow.deadlines import DeadlineAdapter

    code = 1
    try:
        connection.ensure_connection()
        DeadlineAdapter.send = killer.around(DeadlineAdapter.send)  # type: ignore[method-assign]
        connection._commit = killer.around(connection._commit)
        with connection.execute_wrapper(lambda execute, *args: killer.around(execute)(*args)):
            make_and_drive(rows)
        afterwards()
        code = 0
    finally:
        os._exit(code)


def make_and_drive(rows: list[Any], clock: Callable[[], Any] | None = None) -> None:
    """All that staff and workers do, from where the job is; it is made where it is not there."""
    from django.utils import timezone

    from extensions.mappings.jobs import deciding
    from extensions.mappings.models import RepairJob
    from tests.console.jobs import approve, make, step
    from tests.console.repairing import actor

    clock = clock or timezone.now
    job = RepairJob.objects.first() or make(rows)
    for _ in range(MOST_STEPS):
        job.refresh_from_db()
        if job.is_over:
            return
        if job.state == RepairJob.State.PLANNED:
            approve(job)
        elif job.state == RepairJob.State.LOOKED_AT:
            deciding.go_on(job, actor=actor("Ada"), now=clock())
        else:
            step(clock)
    raise AssertionError(f"a job of two accounts takes more than {MOST_STEPS} steps: it is {job.state}")


def go_on_later(rows: list[Any]) -> None:
    """Whoever comes when the leases of those who were killed have ended."""
    from django.conf import settings
    from django.utils import timezone

    make_and_drive(rows, lambda: timezone.now() + settings.REFRESH_LEASE * 2)


def check(sandbox: Any, rows: list[Any], moment: int) -> None:
    from extensions.mappings.models import Repair, RepairJob
    from tests.console.jobs import results
    from tests.console.repairing import writes
    from tests.faults.killing_repair import is_on

    job = RepairJob.objects.get()
    assert job.state == RepairJob.State.DONE, f"moment {moment}: {job.state}: {job.says}"
    assert results(job) == ["verified"] * len(rows), f"moment {moment}: {results(job)}"
    for each in rows:
        written = writes(sandbox, each)
        assert len(written) == 1, f"moment {moment}: written {len(written)} times"
        assert is_on(sandbox, each), f"moment {moment}: it is not done"
    assert Repair.objects.count() == len(rows), f"moment {moment}: {Repair.objects.count()} repairs were planned"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    sys.exit(main(sys.argv[1]))
