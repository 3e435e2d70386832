"""Secrets are nowhere but in the vault: everything that a demo writes and shows is searched for every one of them."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from tests.demos import Demo, Visitor, shared

ROLES = ("support", "onboarding", "auditor", "administrator")
# Of the extension, as docs/examples and the sandbox both have it.
SIGN_KEY = "acme-demo-sign-key"
OF_A_WEBHOOK = {
    "sign_key": "one-webhooks-own-sign-key",
    "configuration": {"basic_auth": {"username": "hooks", "password": "a-hook-password-/+&"}},
}


def forms(secret: str) -> set[bytes]:
    """The secret as it is, in JSON, in an address, and in base64 however it is aligned there."""
    texts = {secret.encode(), quote(secret, safe="").encode()}
    # Of base64 the first and last characters depend on the neighbours; those between do not.
    shifted = {base64.b64encode(b"\0" * shift + raw)[4:-4] for raw in texts for shift in range(3)}
    return texts | shifted | {form.replace(b"+", b"-").replace(b"/", b"_") for form in shifted}


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Demo:
    return shared(request.config)


@pytest.fixture(scope="module")
def secrets(demo: Demo) -> Iterator[dict[str, str]]:
    """Name → secret: each account's token, and sign keys and a hook password that Oneflow has shown to a refresh."""
    accounts = demo.control("GET", "/accounts")
    healthy = next(account for account in accounts if not account["faults"])
    webhooks = f"{demo.sandbox_url}/v1/webhooks"
    headers = {"X-Oneflow-API-Token": healthy["token"]}
    body = {"callback_url": "https://hooks.customer.example/x", "template_group_id": None, "filters": None}
    made = requests.post(webhooks, json={**body, **OF_A_WEBHOOK}, headers=headers, timeout=20)
    assert made.ok, made.text
    refreshed = demo.manage("refresh", "--account", str(healthy["id"]), "--wait", "--timeout", "60")
    assert refreshed.returncode == 0, refreshed.stderr
    yield {
        **{f"token of {account['id']}": account["token"] for account in accounts},
        "sign key of the extension": SIGN_KEY,
        "sign key of a webhook": OF_A_WEBHOOK["sign_key"],
        "hook password": OF_A_WEBHOOK["configuration"]["basic_auth"]["password"],
    }
    requests.delete(f"{webhooks}/{made.json()['id']}", headers=headers, timeout=20)


def content_of(path: Path) -> bytes:
    """What stands in the file; SQLite takes its journals away now and then."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def leaks(secrets: dict[str, str], content: bytes) -> list[str]:
    return [name for name, secret in secrets.items() if any(form in content for form in forms(secret))]


def test_the_search_would_find_a_secret():
    secrets = {"it": "a-hook-password-/+&"}
    for text in ("x a-hook-password-/+& y", "p=a-hook-password-%2F%2B%26", '{"p": "a-hook-password-/+&"}'):
        assert leaks(secrets, text.encode())
        for shift in range(3):
            assert leaks(secrets, base64.b64encode(b"z" * shift + text.encode()))
    assert not leaks(secrets, b"a-hook-password")


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_a_secret_and_none_breaks(demo, secrets, role):
    pages = Visitor(demo, role).pages()

    assert len(pages) > 30
    assert {path: page.status_code for path, page in pages.items() if page.status_code >= 500} == {}
    assert {path: found for path, page in pages.items() if (found := leaks(secrets, page.content))} == {}


def test_a_token_that_is_pasted_comes_back_in_no_page(demo, secrets):
    onboarding = Visitor(demo, "onboarding")
    known = next(secret for name, secret in secrets.items() if name.startswith("token"))
    onboarding.get("/connect/")

    for pasted in (known, known.upper(), f"Bearer {known}", f"https://x.example/?token={known}"):
        answer = onboarding.post("/connect/", {"token": pasted, "extension": "acme_ledger"})
        assert answer.status_code < 500
        assert leaks({"the token": known, "in capitals": known.upper()}, answer.content) == []


def test_no_command_prints_a_secret(demo, secrets):
    account = secrets and next(iter(secrets)).rpartition(" ")[2]
    commands = [["installations", "--json"], ["installations"], ["doctor"], ["doctor", "--json"]]
    commands += [["relink", account], ["connect"], ["load_extension", "docs/examples/acme-ledger.json"]]
    known = next(iter(secrets.values()))

    for command in commands:
        ran = demo.manage(*command, given=known + "\n")
        assert leaks(secrets, (ran.stdout + ran.stderr).encode()) == [], command


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/installations/installation/", "export_csv"),
        ("/installations/installation/", "export_json"),
        ("/console/auditevent/", "export"),
    ],
)
def test_no_export_holds_a_secret(demo, secrets, path, action):
    auditor = Visitor(demo, "auditor")
    chosen = re.findall(r'name="_selected_action" value="(\d+)"', auditor.get(path).text)

    exported = auditor.post(path, {"action": action, "_selected_action": chosen, "select_across": "1"})

    assert exported.status_code == 200
    assert "attachment" in exported.headers["Content-Disposition"]
    assert len(exported.content.splitlines()) > len(chosen) / 2
    assert leaks(secrets, exported.content) == []


def test_no_file_of_the_demo_holds_a_secret(demo, secrets):
    files = [path for path in demo.directory.rglob("*") if path.is_file() and "sandbox" not in path.parts[-2:][0]]
    names = {path.name for path in files}
    assert {"console.sqlite3", "broker.sqlite3", "web.log", "worker.log", "beat.log", "sandbox.log"} <= names

    found = {path.name: what for path in [*files, demo.log] if (what := leaks(secrets, content_of(path)))}

    assert found == {}


def test_no_column_but_the_ciphertext_opens_to_a_secret(demo, secrets):
    """Row by row, since a long value is spread over several pages of the file."""
    for name in ("console.sqlite3", "broker.sqlite3"):
        with sqlite3.connect(f"file:{demo.directory / name}?mode=ro", uri=True) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    content = "\n".join(str(value) for value in row).encode()
                    assert leaks(secrets, content) == [], f"{name}: {table}"
        database.close()


def test_what_only_its_owner_may_read_is_for_its_owner_only(demo):
    for name in ("keys.env", "logins.json", "demo.json"):
        assert Path(demo.directory / name).stat().st_mode & 0o077 == 0, name
