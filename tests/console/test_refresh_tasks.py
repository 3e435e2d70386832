"""Handing out, wanting and waiting for refreshes; sweeping and pruning what they leave."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from sqlalchemy import create_engine, text

from console import broker, pruning, refreshing, tasks
from console.management.commands import refresh as command
from console.models import AuditEvent, Heartbeat
from extensions.health.models import Flip, Issue, IssueEvent, StatusLink
from extensions.installations.models import Change, Exchange, Installation, Refresh
from tests.beside import begin_and_wait, with_locks
from tests.making import STAFF, make_extension, make_installation

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """The tasks that the broker was given, by name and arguments."""
    taken: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: taken.append((name, args)))
    return taken


def use_broker(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Send to that broker. By this one setting: it follows `broker_url`, and undoing both would leave it as it is."""
    monkeypatch.setattr(current_app.conf, "broker_write_url", url)


@pytest.fixture
def file_broker(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """An embedded broker in a file of its own."""
    url = f"sqla+sqlite:///{tmp_path / 'broker.sqlite3'}"
    settings.CELERY_BROKER_URL = url
    use_broker(monkeypatch, url)
    return url


@pytest.fixture
def fleet() -> list[Installation]:
    """Three installations that are due."""
    extension = make_extension()
    return [
        make_installation(extension, oneflow_id=410001 + number, refresh_at=NOW - timedelta(minutes=number))
        for number in range(3)
    ]


def test_dispatch_leases_what_is_due_and_hands_out_one_task_each(fleet: Any, sent: Any) -> None:
    assert refreshing.dispatch(NOW) == 3

    lease_id = Installation.objects.first().lease_id
    assert sent == [(refreshing.REFRESH, (row.pk, str(lease_id))) for row in reversed(fleet)]
    assert Heartbeat.objects.get(name="dispatch").at == NOW


def test_what_is_leased_is_handed_out_again_only_when_the_lease_has_ended(fleet: Any, sent: Any, settings: Any) -> None:
    refreshing.dispatch(NOW)

    assert refreshing.dispatch(NOW + timedelta(seconds=30)) == 0
    assert refreshing.dispatch(NOW + settings.REFRESH_LEASE) == 3


def test_dispatch_hands_out_a_batch_at_a_time_staffs_wishes_first(fleet: Any, sent: Any, settings: Any) -> None:
    settings.REFRESH_BATCH = 1
    Installation.objects.filter(pk=fleet[0].pk).update(wanted_at=NOW)

    refreshing.dispatch(NOW)

    assert [args[0] for _, args in sent] == [fleet[0].pk]


@with_locks
@pytest.mark.django_db(transaction=True)
def test_an_account_that_somebody_holds_keeps_no_other_waiting(fleet: Any, sent: Any) -> None:
    with transaction.atomic():
        Installation.objects.filter(pk=fleet[2].pk).hold()
        dispatched = begin_and_wait(lambda: refreshing.dispatch(NOW))
        assert dispatched.done(), "the whole fleet waits"

    assert dispatched.result() == 2
    assert [args[0] for _, args in sent] == [fleet[1].pk, fleet[0].pk]
    assert refreshing.dispatch(NOW) == 1


@with_locks
@pytest.mark.django_db(transaction=True)
def test_whoever_wants_many_refreshed_and_whoever_holds_several_do_not_wait_for_each_other(
    fleet: Any, sent: Any
) -> None:
    Installation.objects.filter(pk=fleet[0].pk).update(revision=1)  # its row now lies behind the others
    with transaction.atomic():
        Installation.objects.filter(pk=fleet[0].pk).hold()
        wanted = begin_and_wait(lambda: refreshing.want(Installation.objects.all(), NOW, STAFF))
        Installation.objects.filter(pk=fleet[1].pk).hold()

    assert wanted.result(10) == 3


@with_locks
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_hangs_is_not_waited_for_without_end() -> None:
    with connection.cursor() as cursor:
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SELECT setting::int FROM pg_settings WHERE name = '{name}'")
            assert 0 < cursor.fetchone()[0] <= 60_000


def test_a_broker_that_is_away_stops_nothing(
    fleet: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_broker(monkeypatch, f"sqla+sqlite:///{tmp_path / 'none' / 'broker'}")

    assert refreshing.dispatch(NOW) == 0
    assert refreshing.dispatch(NOW + settings.REFRESH_LEASE) == 0
    assert Installation.objects.due(NOW + settings.REFRESH_LEASE * 3).count() == 3


def test_a_broker_that_says_nothing_is_not_waited_for(fleet: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "BROKER_PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_broker(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        assert refreshing.dispatch(NOW) == 0
        with pytest.raises(broker.AWAY):
            broker.reach(current_app, patience=0.2)


def test_the_tasks_have_the_names_by_which_they_are_sent() -> None:
    assert tasks.dispatch_refreshes.name == refreshing.DISPATCH
    assert tasks.refresh_installation.name == refreshing.REFRESH
    assert tasks.refresh_installation.soft_time_limit < tasks.refresh_installation.time_limit


@pytest.mark.parametrize("task", [tasks.dispatch_refreshes, tasks.dispatch_repairs, tasks.advance_repair_jobs])
def test_whoever_hands_out_work_takes_no_worker_for_ever(task: Any) -> None:
    assert task.soft_time_limit < task.time_limit <= 150


def test_a_task_whose_installation_has_gone_does_nothing(fleet: Any) -> None:
    tasks.refresh_installation(10_000, "0a90fd53-d903-4b1c-b6a1-9a7d0778d348")

    assert not Refresh.objects.exists()


def test_wanting_a_refresh_makes_it_due_at_once_and_is_recorded(
    fleet: Any, sent: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        count = refreshing.want(Installation.objects.filter(pk=fleet[1].pk), NOW, STAFF)

    assert count == 1
    row = Installation.objects.get(pk=fleet[1].pk)
    assert (row.refresh_at, row.wanted_at) == (NOW, NOW)
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.outcome) == ("installation.refresh", "Sam", "done")
    assert event.account_oneflow_id == row.account.oneflow_id
    assert [name for name, _ in sent] == [refreshing.DISPATCH]


def test_many_are_wanted_in_one_update_and_one_record(fleet: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(5):
        assert refreshing.want(Installation.objects.order_by("account__name"), NOW, STAFF) == 3

    assert AuditEvent.objects.get().subject_name == "3 installations"


def test_a_disconnected_installation_is_not_wanted_and_that_is_recorded(fleet: Any, sent: Any) -> None:
    Installation.objects.update(state=Installation.State.DISCONNECTED)

    assert refreshing.want(Installation.objects.all(), NOW, STAFF) == 0
    assert AuditEvent.objects.get().outcome == "refused"


def test_progress_counts_what_was_refreshed_since(fleet: Any) -> None:
    refreshing.want(Installation.objects.all(), NOW, STAFF)
    ids = [row.pk for row in fleet]
    assert refreshing.progress(NOW, ids) == refreshing.Progress(done=0, total=3)

    Installation.objects.filter(pk=ids[0]).update(wanted_at=None, refreshed_at=NOW + timedelta(seconds=1))
    Installation.objects.filter(pk=ids[1]).update(state=Installation.State.DISCONNECTED)

    assert refreshing.progress(NOW, ids) == refreshing.Progress(done=1, total=2)
    assert not refreshing.progress(NOW).is_over


class TestCommand:
    """`manage.py refresh`."""

    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "LOOK_EVERY", 0)
        monkeypatch.setattr(command, "KICK_EVERY", 0)

    def test_without_a_worker_it_says_so_and_asks_for_nothing(self, fleet: Any, sent: Any) -> None:
        with pytest.raises(CommandError, match="No worker is running"):
            call_command("refresh")

        assert not Installation.objects.exclude(wanted_at=None).exists()

    def test_an_account_that_is_not_connected_is_named(self, fleet: Any) -> None:
        with pytest.raises(CommandError, match="Not connected: account 5, 7"):
            call_command("refresh", "--account", "7", "--account", "5", "--account", "410001")

    def test_an_empty_console_says_what_to_do(self) -> None:
        with pytest.raises(CommandError, match="No account is connected yet"):
            call_command("refresh")

    def test_it_hands_the_wish_to_the_workers(self, fleet: Any, capsys: Any) -> None:
        Heartbeat.beat("worker", timezone.now())

        call_command("refresh", "--account", "410001")

        assert Installation.objects.exclude(wanted_at=None).get().account.oneflow_id == 410001
        assert capsys.readouterr().out == "1 installation will be refreshed now.\n"

    def test_it_waits_until_all_are_refreshed(self, fleet: Any, monkeypatch: Any, capsys: Any) -> None:
        Heartbeat.beat("worker", timezone.now())

        def worker() -> None:
            waiting = Installation.objects.exclude(wanted_at=None).first()
            if waiting:
                Installation.objects.filter(pk=waiting.pk).update(wanted_at=None, refreshed_at=timezone.now())

        monkeypatch.setattr(refreshing, "kick", worker)

        call_command("refresh", "--wait")

        assert capsys.readouterr().out.splitlines() == [
            "3 installations will be refreshed now.",
            *[f"{done} of 3 refreshed" for done in range(4)],
        ]

    def test_waiting_ends_when_the_worker_has_stopped(self, fleet: Any, sent: Any, monkeypatch: Any) -> None:
        Heartbeat.beat("worker", timezone.now())
        monkeypatch.setattr(refreshing, "kick", lambda: Heartbeat.objects.all().delete())

        with pytest.raises(CommandError, match="The worker has stopped"):
            call_command("refresh", "--wait")

    def test_waiting_ends_with_a_sentence_when_time_is_up(self, fleet: Any, sent: Any) -> None:
        Heartbeat.beat("worker", timezone.now())

        with pytest.raises(CommandError, match=r"3 installations not refreshed within 0 s"):
            call_command("refresh", "--wait", "--timeout", "0")


# kombu's models use what SQLAlchemy deprecates.
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
def test_delivered_messages_of_the_embedded_broker_are_deleted(file_broker: str) -> None:
    assert broker.sweep() == 0
    refreshing.kick()
    refreshing.kick()
    engine = create_engine(file_broker.removeprefix("sqla+"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE kombu_message SET visible = 0 WHERE id = 1"))

    assert broker.sweep() == 1

    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM kombu_message")).scalars().all() == [2]
    engine.dispose()


def test_another_broker_is_not_swept(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    assert broker.sweep() == 0


def make_refreshes(installation: Installation, number: int, **values: Any) -> None:
    for age in range(number):
        started = NOW - timedelta(hours=age)
        row = Refresh.objects.create(
            **{"installation": installation, "started_at": started, "ended_at": started, "outcome": "complete"} | values
        )
        Exchange.objects.create(refresh=row, at=started, method="GET", path="/ping", milliseconds=1)


def test_the_newest_refreshes_of_each_installation_are_kept(fleet: Any, settings: Any) -> None:
    settings.KEEP_REFRESHES = 4
    for installation in fleet[:2]:
        make_refreshes(installation, 7)

    assert pruning.prune(NOW) == 6
    assert [row.refreshes.count() for row in fleet] == [4, 4, 0]
    assert Exchange.objects.count() == 8
    assert fleet[0].refreshes.order_by("started_at").first().started_at == NOW - timedelta(hours=3)


def test_failed_refreshes_are_kept_longer_and_not_for_ever(fleet: Any, settings: Any) -> None:
    settings.KEEP_REFRESHES = 1
    make_refreshes(fleet[0], 5, outcome="partial")

    assert pruning.prune(NOW) == 0
    assert pruning.prune(NOW + timedelta(days=settings.KEEP_FAILED_DAYS)) == 4


def test_sign_ins_that_have_ended_are_deleted(db: Any) -> None:
    Session.objects.create(session_key="ended", expire_date=NOW - timedelta(seconds=1))
    Session.objects.create(session_key="current", expire_date=NOW + timedelta(hours=1))

    assert pruning.prune(NOW) == 0
    assert list(Session.objects.values_list("session_key", flat=True)) == ["current"]


@pytest.mark.parametrize("outcome", ["postponed", "not_tried"])
def test_refreshes_that_made_no_call_are_kept_no_longer_and_push_nothing_out(
    fleet: Any, settings: Any, outcome: str
) -> None:
    settings.KEEP_REFRESHES = 2
    make_refreshes(fleet[0], 5, outcome=outcome)
    make_refreshes(fleet[0], 2, started_at=NOW - timedelta(days=1))

    assert pruning.prune(NOW) == 3
    assert fleet[0].refreshes.filter(outcome="complete").count() == 2


def test_old_changes_are_deleted_in_batches(fleet: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    old = NOW - timedelta(days=settings.KEEP_CHANGES_DAYS + 1)
    Change.objects.bulk_create(
        Change(installation=fleet[0], at=at, kind="missing", subject_kind="webhook", subject_id="1")
        for at in [old] * 5 + [NOW]
    )

    assert pruning.prune(NOW) == 5
    assert Change.objects.get().at == NOW


@pytest.mark.django_db
def test_status_links_go_long_after_their_end(installation: Any, settings: Any) -> None:
    ended = NOW - timedelta(days=settings.KEEP_LINKS_DAYS)
    for expires_at in (ended - timedelta(minutes=1), ended + timedelta(minutes=1)):
        StatusLink.objects.create(installation=installation, created_at=ended, created_by="Sam", expires_at=expires_at)

    pruning.prune(NOW)

    assert StatusLink.objects.get().expires_at > ended


@pytest.mark.django_db
def test_old_flips_and_issues_go_but_the_verdict_that_holds_and_what_is_open_stay(
    installation: Any, settings: Any
) -> None:
    long_ago = NOW - timedelta(days=settings.KEEP_FLIPS_DAYS + 1)
    for number in range(3):
        Flip.objects.create(
            installation=installation, at=long_ago, before="healthy", after="failing", cause=str(number)
        )

    def issue(code: str, **values: Any) -> Issue:
        times = {"holds_since": long_ago, "opens_at": long_ago, "opened_at": long_ago, "first_opened_at": long_ago}
        row = Issue(installation=installation, code=code, verdict="failing", rank=0, **(times | values))
        row.save()
        IssueEvent.objects.create(issue=row, at=long_ago, kind="opened")
        return row

    issue("resolved.lately", state="resolved", resolved_at=NOW)
    issue("resolved.long_ago", state="resolved", resolved_at=long_ago)
    issue("passed", state="resolved", resolved_at=NOW - timedelta(days=2), first_opened_at=None)
    issue("open", state="open")

    pruning.prune(NOW)

    assert [flip.cause for flip in Flip.objects.all()] == ["2"]
    assert set(Issue.objects.values_list("code", flat=True)) == {"resolved.lately", "open"}
    assert not IssueEvent.objects.exists()
