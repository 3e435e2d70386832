"""`manage.py verify-oneflow` against a sandbox, faithful and otherwise, over HTTP."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from console.models import AuditEvent
from oneflow.verifying import FACTS
from tests.sandbox.contracting import Desk, company, person
from tests.sandboxes import ROOT, Sandbox

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, str, str]]
# What each fidelity switch set otherwise refutes. One that no GET shows refutes nothing.
SWITCHES: list[tuple[str, Any, set[str]]] = [
    ("templates_unknown_extension", "400", {"templates-unknown-extension"}),
    ("templates_unknown_extension", "empty", {"templates-unknown-extension"}),
    ("echo_sign_key", False, {"webhook-sign-key"}),
    ("datetime_style", "plain", {"time-offset-colon"}),
    ("rate_limit", 1000, set()),
    ("rate_window", 60, set()),
    ("setup_mode", "post", set()),
    ("disable_callback", True, set()),
    ("blueprint_propagation", True, set()),
    ("webhook_timeout", 5, set()),
    ("retry_schedule", [1, 2], set()),
    ("time_factor", 100, set()),
    ("deliver_to", "http://127.0.0.1:9/", set()),
]


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> dict[str, Any]:
    """One that has a contract with an event."""
    account = sandbox.new_account(name="Zebrafink Handel AB")
    Desk.at(sandbox, account).published(name="Zebrafink contract", parties=[company(person("Ottilia Zebrafink"))])
    return account


@pytest.fixture
def faithful(sandbox: Sandbox) -> Iterator[None]:
    """Switches and misbehaviours are as they were afterwards."""
    before = sandbox.control("GET", "/switches")
    yield
    sandbox.behave()
    sandbox.control("PUT", "/switches", before)


@pytest.fixture
def run(sandbox: Sandbox, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with the account's token on standard input: exit status, standard output, standard error."""

    def running(*arguments: str, token: str | None = None, **options: Any) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(account["token"] if token is None else token))
        out, err = io.StringIO(), io.StringIO()
        options.setdefault("base_url", sandbox.api_url)
        try:
            call_command("verify-oneflow", "--token-stdin", *arguments, stdout=out, stderr=err, **options)
        except SystemExit as exc:
            return int(str(exc.code)), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return running


def outcomes(text: str) -> dict[str, str]:
    return {fact["id"]: fact["outcome"] for fact in json.loads(text)["facts"]}


def refuted(found: dict[str, str]) -> set[str]:
    return {name for name, outcome in found.items() if outcome == "refuted"}


def admin_of(account: dict[str, Any]) -> str:
    return next(user["email"] for user in account["users"] if user["active"] and user["is_admin"])


def test_everything_that_can_be_seen_is_confirmed_at_the_sandbox(run: Run, account: dict[str, Any]) -> None:
    status, out, err = run("--json", "--user", admin_of(account))

    found = outcomes(out)
    assert (status, err) == (0, "")
    assert refuted(found) == set()
    silent = {fact.id for fact in FACTS if fact.how and found[fact.id] == "not testable"}
    # The token is an extension's; the others one client saw, and an account may be without them.
    assert {"token-handmade"} <= silent <= {
        "token-handmade", "workspace-type", "workspace-integration-permissions", "contract-integration-permissions",
    }  # fmt: skip


def test_a_hand_made_token_shows_what_only_it_can(sandbox: Sandbox, run: Run, account: dict[str, Any]) -> None:
    made = sandbox.control("POST", f"/accounts/{account['id']}/token", {"name": "By hand"})

    assert outcomes(run("--json", token=made["token"])[1])["token-handmade"] == "confirmed"


@pytest.mark.parametrize(("switch", "value", "facts"), SWITCHES)
@pytest.mark.usefixtures("faithful")
def test_a_switch_set_otherwise_refutes_exactly_its_facts(
    sandbox: Sandbox, run: Run, switch: str, value: Any, facts: set[str]
) -> None:
    sandbox.control("PUT", "/switches", {switch: value})

    status, out, _ = run("--json")

    found = refuted(outcomes(out))
    assert found == facts
    assert status == (1 if found else 0)


def test_every_switch_is_tried_otherwise(sandbox: Sandbox) -> None:
    untried = set(sandbox.control("GET", "/switches")) - {switch for switch, _, _ in SWITCHES}

    assert not untried, f"Add {untried} to SWITCHES above: what does each refute that a GET can see?"


def test_there_is_a_line_for_each_fact_with_what_was_seen(sandbox: Sandbox, run: Run, faithful: None) -> None:
    sandbox.control("PUT", "/switches", {"echo_sign_key": False})

    status, out, _ = run()

    lines = out.splitlines()
    assert status == 1
    assert len(lines) == len(FACTS) + 1
    assert lines[-1].startswith(f"{len(FACTS)} facts: ")
    line = next(line for line in lines if "is answered with its sign_key" in line)
    assert line.startswith(
        "refuted       ASSUMED  10.1  A webhook is answered with its sign_key. → there is no sign_key;"
    )
    assert sum("not testable without writing" in line for line in lines) > 20


def test_it_only_reads(sandbox: Sandbox, run: Run, account: dict[str, Any]) -> None:
    before = sandbox.account(account["id"])
    sandbox.forget_requests()

    run()

    asked = sandbox.requests(account["id"])
    assert 20 < len(asked) < 100
    assert {one["method"] for one in asked} == {"GET"}
    assert len({(one["path"], one["query"], one["user"]) for one in asked}) >= len(asked) - 2  # slashes are read as one
    assert sandbox.account(account["id"]) == before


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from every_text(inner)


def test_the_report_holds_no_token_no_person_and_nothing_of_the_account(
    sandbox: Sandbox, run: Run, account: dict[str, Any], tmp_path: Path, faithful: None
) -> None:
    sandbox.control("PUT", "/switches", {"datetime_style": "plain", "echo_sign_key": False})
    paths = ("/accounts/me", "/users", "/workspaces", "/templates?filter[active]=", "/template_types", "/webhooks",
             "/tags", "/integration_extensions")  # fmt: skip
    told = [sandbox.api(path, token=account["token"]).json() for path in paths]
    # Words such as webhooks stand in the facts themselves.
    ours = " ".join(f"{fact.sentence} {fact.how}" for fact in FACTS)
    values = {text for text in every_text(told) if len(text) > 5 and text not in ours} - {"custom", "system"}
    values |= {str(item["id"]) for page in told[1:] for item in page["data"]} | {str(account["id"]), account["token"]}

    _, out, err = run("--user", admin_of(account), "--report", str(tmp_path / "report.md"))
    _, as_json, _ = run("--json", "--user", admin_of(account))

    report = (tmp_path / "report.md").read_text()
    assert report.count("\n") > len(FACTS)
    assert "Zebrafink Handel AB" in values
    for name, text in (("report", report), ("lines", out + err), ("json", as_json)):
        assert {value for value in values if value in text} == set(), name


def test_the_report_has_what_was_refuted_first(sandbox: Sandbox, run: Run, tmp_path: Path, faithful: None) -> None:
    sandbox.control("PUT", "/switches", {"echo_sign_key": False})

    run("--report", str(tmp_path / "report.md"))

    rows = [line for line in (tmp_path / "report.md").read_text().splitlines() if line.startswith("| ")][2:]
    kinds = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    assert list(dict.fromkeys(kinds)) == ["refuted", "confirmed", "not testable"]
    assert len(rows) == len(FACTS)


def test_it_stands_in_the_record_without_token_and_person(run: Run, account: dict[str, Any]) -> None:
    run("--user", admin_of(account))

    event = AuditEvent.objects.get(verb="oneflow.verify")
    kept = json.dumps(event.details)
    assert (event.outcome, event.details["counts"]["refuted"]) == ("done", 0)
    assert account["token"] not in kept
    assert admin_of(account) not in kept


@pytest.mark.parametrize(
    "answer",
    [{"kind": "html"}, {"kind": "status", "status": 500}, {"kind": "status", "status": 429}, {"kind": "malformed"},
     {"kind": "truncate"}, {"kind": "close"}, {"kind": "redirect"}, {"kind": "empty"}, {"kind": "huge"}],
    ids=lambda answer: f"{answer['kind']}{answer.get('status', '')}",
)  # fmt: skip
def test_an_oneflow_that_answers_nonsense_is_said_so_and_ends_with_2(
    sandbox: Sandbox, run: Run, account: dict[str, Any], faithful: None, answer: dict[str, Any]
) -> None:
    kind = answer.pop("kind")
    sandbox.answer(kind, account=account["id"], **answer)

    status, out, err = run()

    assert status == 2
    assert out.count("\n") == len(FACTS) + 1
    assert err.startswith("Nothing could be seen: ")
    assert AuditEvent.objects.get(verb="oneflow.verify").outcome == "failed"


@pytest.mark.parametrize("kind", ["wrong_types", "endless", "repeating", "lying_count"])
def test_lists_that_are_wrong_do_no_harm(
    sandbox: Sandbox, run: Run, account: dict[str, Any], faithful: None, kind: str
) -> None:
    sandbox.answer(kind, account=account["id"])
    sandbox.forget_requests()

    status, out, _ = run()

    assert status in (0, 1, 2)
    assert out.count("\n") == len(FACTS) + 1
    assert len(sandbox.requests(account["id"])) < 100


def test_one_path_that_fails_leaves_the_others_testable(
    sandbox: Sandbox, run: Run, account: dict[str, Any], faithful: None
) -> None:
    sandbox.answer("status", account=account["id"], path="/tags*", status=404)
    sandbox.answer("status", account=account["id"], path="/webhooks*", status=503)

    status, out, _ = run("--json")

    found = outcomes(out)
    assert status == 1
    assert found["tags"] == "refuted"
    assert (found["tag-by-id"], found["webhook-sign-key"]) == ("not testable", "not testable")
    assert found["extensions-path"] == "confirmed"


def test_a_token_that_is_refused_is_said_and_ends_with_2(run: Run) -> None:
    status, _, err = run(token="x" * 40)

    assert status == 2
    assert err == "Nothing could be seen: the token, or the user's email beside it, is refused (status 401).\n"


def test_a_user_who_is_not_there_costs_only_what_is_asked_as_them(run: Run) -> None:
    found = outcomes(run("--json", "--user", "nobody@nowhere.example")[1])

    assert found["helper-unknown-extension"] == "not testable"
    assert refuted(found) == set()


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ((), {"token": ""}, "There is no token"),
        ((), {"token": "Bearer abc"}, "header line"),
        ((), {"token": "short"}, "40 characters"),
        ((), {"base_url": "http://api.oneflow.example/v1"}, "must begin with https"),
        ((), {"base_url": "oneflow"}, "full address"),
        ((), {"base_url": "https://u:geheim@x.example/v1"}, "without login"),
        (("--user", "å@ä"), {}, "no email"),
        (("--user", ""), {}, "no email"),
        (("--report", "/nowhere/at/all.md"), {}, "cannot be written"),
        (("--report", "a\0b"), {}, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_asked(
    sandbox: Sandbox, run: Run, arguments: tuple[str, ...], options: dict[str, str], sentence: str
) -> None:
    sandbox.forget_requests()

    with pytest.raises(CommandError, match=sentence) as refused:
        run(*arguments, **options)

    assert sandbox.requests() == []
    assert "geheim" not in str(refused.value)


def test_a_report_that_is_there_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report.md").write_text("mine")

    with pytest.raises(CommandError, match="is there already"):
        run("--report", str(tmp_path / "report.md"))

    assert (tmp_path / "report.md").read_text() == "mine"


def test_the_token_is_taken_from_standard_input_only(sandbox: Sandbox) -> None:
    with pytest.raises(CommandError, match="--token-stdin"):
        call_command("verify-oneflow", base_url=sandbox.api_url)


def test_no_process_list_and_no_log_shows_the_token(sandbox: Sandbox, account: dict[str, Any], tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "STATE_DIR": str(tmp_path), "LOG_LEVEL": "DEBUG"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True, timeout=120)
    command = [sys.executable, "manage.py", "verify-oneflow", "--token-stdin", "--base-url", sandbox.api_url]

    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=account["token"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert f"{len(FACTS)} facts: " in ran.stdout, ran.stderr
    assert account["token"] not in ran.stdout + ran.stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and account["token"].encode() in path.read_bytes()]
    assert kept == []
