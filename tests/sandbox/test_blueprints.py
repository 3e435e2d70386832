"""Blueprints (section 12.2): checked, kept version by version, published, and given to accounts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.blueprints import blueprint, enable, extension, published, put, refusal
from tests.sandbox.conftest import Json
from tests.sandboxes import Sandbox


def type_of(sandbox: Sandbox, shown: Json, extension_type: str) -> Json:
    listed = sandbox.api("/template_types", token=shown["token"]).json()["data"]
    pk = next(item["id"] for item in listed if item["extension_type"] == extension_type)
    found: Json = sandbox.api(f"/template_types/{pk}", token=shown["token"]).json()
    return found


def hooks(sandbox: Sandbox, shown: Json) -> list[Json]:
    listed = sandbox.api("/webhooks", token=shown["token"]).json()["data"]
    return [hook for hook in listed if hook["integration_instance"] == shown["id"]]


@pytest.fixture
def propagation(sandbox: Sandbox) -> Any:
    sandbox.control("PUT", "/switches", {"blueprint_propagation": True})
    yield
    sandbox.control("PUT", "/switches", {"blueprint_propagation": False})


def test_the_blueprint_that_comes_with_the_sandbox_is_the_first(sandbox: Sandbox) -> None:
    shown = sandbox.control("GET", "/blueprints/acme_ledger?version=1")

    assert (shown["version"], shown["content"]["name"]) == (1, "Acme Ledger")
    assert [item["extension_type"] for item in shown["content"]["template_types"]] == ["acme_deal", "acme_engagement"]


def test_a_draft_reaches_nobody_and_a_second_put_replaces_it(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()
    first = put(sandbox, content)
    second = put(sandbox, {**content, "name": "Renamed"})

    assert (first["version"], second["version"], second["published_time"]) == (1, 1, None)
    keys = [item["key"] for item in sandbox.control("GET", f"/accounts/{account['id']}/extensions")]
    assert content["key"] not in keys
    assert sandbox.control("GET", f"/blueprints/{content['key']}")["content"]["name"] == "Renamed"


def test_a_published_extension_is_listed_in_every_account_and_in_those_to_come(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()

    published(sandbox, content)

    for one in (account, sandbox.new_account()):
        assert extension(sandbox, one, content["key"])["enabled"] is False


def test_enabling_it_makes_what_it_says_and_what_it_depends_on(sandbox: Sandbox) -> None:
    account = sandbox.new_account(extension=False)
    content = blueprint(depends_on=["webhooks"])
    published(sandbox, content)

    shown = enable(sandbox, account, content["key"])

    order = type_of(sandbox, shown, f"{content['key']}_order")
    assert {(field["custom_id"], field["source"]) for field in order["data_fields"]} == {
        ("order_number", "system"),
        ("buyer", "system"),
    }
    (hook,) = hooks(sandbox, shown)
    assert hook["callback_url"] == f"https://hooks.partner.example/{account['id']}"
    assert hook["configuration"] == {"query": {"account": str(account["id"])}, "headers": {"X-Partner": "1"}}
    assert hook["template_group_id"] == order["id"]
    assert extension(sandbox, account, "webhooks")["enabled"]
    assert not extension(sandbox, account, "api_tokens")["enabled"]
    integration = sandbox.api("/accounts/me", token=shown["token"]).json()["token_info"]["integration"]
    assert integration == {"id": shown["id"], "key": content["key"]}


def test_two_extensions_live_beside_each_other(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()
    published(sandbox, content)
    theirs = enable(sandbox, account, content["key"])

    sandbox.control("DELETE", f"/accounts/{account['id']}/extensions/{content['key']}")

    assert sandbox.api("/ping", token=theirs["token"]).status_code == 401
    assert sandbox.api("/ping", token=account["token"]).status_code == 200
    assert sandbox.account(account["id"])["token"] == account["token"]
    kept = type_of(sandbox, account, f"{content['key']}_order")
    assert (kept["active"], type_of(sandbox, account, "acme_deal")["active"]) == (False, True)


def test_dependencies_of_dependencies_are_switched_on_too(sandbox: Sandbox) -> None:
    account = sandbox.new_account(extension=False)
    base = blueprint(depends_on=["api_tokens"])
    published(sandbox, base)
    top = blueprint(depends_on=[base["key"]])
    published(sandbox, top)

    enable(sandbox, account, top["key"])

    assert extension(sandbox, account, base["key"])["enabled"]
    assert extension(sandbox, account, "api_tokens")["enabled"]


def changed(content: Json) -> Json:
    """A second version: one field renamed, one dropped, one new, a new type, another host."""
    part = content["template_types"][0]
    fields = [{"custom_id": "order_number", "name": "Order no."}, {"custom_id": "due", "name": "Due"}]
    hook = {**part["webhook"], "callback_url": "https://new.partner.example/{account_id}"}
    more = {"name": "Refund", "extension_type": f"{content['key']}_refund", "data_fields": []}
    return {**content, "template_types": [{**part, "data_fields": fields, "webhook": hook}, more]}


def test_a_new_version_reaches_nobody_by_itself(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()
    published(sandbox, content)
    shown = enable(sandbox, account, content["key"])
    before = type_of(sandbox, shown, f"{content['key']}_order")

    said = published(sandbox, changed(content))

    assert (said["version"], said["accounts_reached"]) == (2, 0)
    assert type_of(sandbox, shown, f"{content['key']}_order") == before
    assert extension(sandbox, account, content["key"])["blueprint_version"] == 1


def test_enabling_again_gives_the_new_version_with_the_same_type(sandbox: Sandbox, account: Json) -> None:
    content = blueprint()
    published(sandbox, content)
    before = type_of(sandbox, enable(sandbox, account, content["key"]), f"{content['key']}_order")
    published(sandbox, changed(content))

    again = enable(sandbox, account, content["key"])

    after = type_of(sandbox, again, f"{content['key']}_order")
    assert (after["id"], again["blueprint_version"]) == (before["id"], 2)
    told = {field["custom_id"]: (field["name"], field["active"]) for field in after["data_fields"]}
    assert told == {"order_number": ("Order no.", True), "buyer": ("Buyer", False), "due": ("Due", True)}


def test_with_the_switch_it_reaches_those_that_have_it_on(sandbox: Sandbox, propagation: None) -> None:
    on, off = sandbox.new_account(), sandbox.new_account()
    content = blueprint()
    published(sandbox, content)
    shown = enable(sandbox, on, content["key"])
    (before,) = hooks(sandbox, shown)

    said = published(sandbox, changed(content))

    assert said["accounts_reached"] == 1
    assert sandbox.api("/ping", token=shown["token"]).status_code == 200
    names = {field["name"] for field in type_of(sandbox, shown, f"{content['key']}_order")["data_fields"]}
    assert names == {"Order no.", "Buyer", "Due"}
    assert type_of(sandbox, shown, f"{content['key']}_refund")["active"]
    (after,) = hooks(sandbox, shown)
    assert (after["id"], after["callback_url"]) == (before["id"], f"https://new.partner.example/{on['id']}")
    assert extension(sandbox, off, content["key"])["blueprint_version"] is None


def test_with_the_switch_a_type_that_is_left_out_is_switched_off(sandbox: Sandbox, propagation: None) -> None:
    account = sandbox.new_account()
    content = blueprint()
    published(sandbox, content)
    shown = enable(sandbox, account, content["key"])
    old = f"{content['key']}_order"

    published(sandbox, {**content, "template_types": [{"name": "New", "extension_type": f"{content['key']}_new"}]})

    assert (type_of(sandbox, shown, old)["active"], hooks(sandbox, shown)) == (False, [])


@pytest.mark.parametrize(
    ("code", "narrowing"),
    [("field.changed", {}), ("webhook.misdirected", {}), ("template_type.inactive", {}), ("webhook.deaf", {}),
     ("field.missing", {"custom_id": "buyer"}), ("webhook.duplicate", {})],
)  # fmt: skip
def test_faults_strike_the_extension_that_is_named(
    sandbox: Sandbox, account: Json, code: str, narrowing: dict[str, str]
) -> None:
    content = blueprint()
    published(sandbox, content)
    shown = enable(sandbox, account, content["key"])
    kind = f"{content['key']}_order"
    ours = type_of(sandbox, account, "acme_deal")

    def state() -> Any:
        return type_of(sandbox, shown, kind), hooks(sandbox, shown)

    before = state()
    sandbox.fault(account["id"], code, extension=content["key"], **narrowing)

    assert state() != before
    assert type_of(sandbox, account, "acme_deal") == ours
    sandbox.clear(account["id"], code)
    assert state() == before


def test_disabling_another_extension_ends_no_fault_of_ours(sandbox: Sandbox, account: Json) -> None:
    sandbox.fault(account["id"], "webhook.misdirected")

    sandbox.control("POST", f"/accounts/{account['id']}/extensions/hubspot")
    sandbox.control("DELETE", f"/accounts/{account['id']}/extensions/hubspot")

    assert sandbox.account(account["id"])["faults"] == ["webhook.misdirected"]


def test_the_fleet_and_its_faults_follow_a_changed_blueprint(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=1) as running:
        content = running.control("GET", "/blueprints/acme_ledger")["content"]
        bare = {"name": "Bare", "extension_type": "acme_bare"}
        published(running, {**content, "template_types": [bare, content["template_types"][1]]})

        account = running.new_account()

        types = running.api("/template_types", token=account["token"]).json()["data"]
        kinds = {item["extension_type"] for item in types}
        assert kinds == {"acme_bare", "acme_engagement", None}
        for code in ("field.changed", "webhook.deaf", "webhook.missing"):
            # The first template type has neither fields nor a webhook.
            assert refusal(running, "POST", f"/accounts/{account['id']}/faults", {"fault": code})[0] == 400
        running.fault(account["id"], "field.changed", template_type="acme_engagement")
        # An account of before is struck as its own version has it.
        running.fault(running.account()["id"], "webhook.deaf", template_type="acme_deal")
        running.control("POST", "/reset", {"accounts": 1})
        left = [(item["key"], item["version"]) for item in running.control("GET", "/blueprints")]
        assert left == [("acme_ledger", 1)]


def without(name: str) -> Callable[[Json], None]:
    return lambda content: content.pop(name)


def part(**changes: Any) -> Callable[[Json], None]:
    return lambda content: content["template_types"][0].update(changes)


def hook(**changes: Any) -> Callable[[Json], None]:
    return lambda content: content["template_types"][0]["webhook"].update(changes)


def field(**changes: Any) -> Callable[[Json], None]:
    return lambda content: content["template_types"][0]["data_fields"][1].update(changes)


def top(**changes: Any) -> Callable[[Json], None]:
    return lambda content: content.update(changes)


@pytest.mark.parametrize(
    ("spoil", "place"),
    [
        (without("name"), "name"), (top(name=""), "name"), (top(name=5), "name"), (top(mode="other"), "mode"),
        (top(key="another"), "key"), (top(nothing=1), "nothing"), (top(template_types={}), "template_types"),
        (top(template_types=[5]), "template_types[0]"), (top(depends_on=["nobody"]), "depends_on[0]"),
        (top(depends_on=[{}]), "depends_on[0]"), (top(depends_on="x"), "depends_on"),
        (top(authentication_method="automatic"), "setup_url"), (top(authentication_method=[]), "authentication_method"),
        (top(setup_url="http://elsewhere.example/"), "setup_url"), (top(setup_url="https://["), "setup_url"),
        (top(setup_url="javascript:alert(1)"), "setup_url"), (top(setup_url="https://a b"), "setup_url"),
        (part(extension_type="With Space"), "template_types[0].extension_type"),
        (part(extension_type="acme_deal"), "template_types[0].extension_type"),
        (part(extension_type=None), "template_types[0].extension_type"),
        (part(name="x" * 101), "template_types[0].name"), (part(more=1), "template_types[0].more"),
        (part(data_fields=[{}] * 301), "template_types[0].data_fields"),
        (part(webhook=[]), "template_types[0].webhook"),
        (field(custom_id="order_number"), "template_types[0].data_fields[1].custom_id"),
        (field(custom_id=None), "template_types[0].data_fields[1].custom_id"),
        (field(required="yes"), "template_types[0].data_fields[1].required"),
        (field(description="x" * 1001), "template_types[0].data_fields[1].description"),
        (hook(callback_url="http://hooks.example"), "template_types[0].webhook.callback_url"),
        (hook(callback_url=5), "template_types[0].webhook.callback_url"),
        (hook(event_types=[1]), "template_types[0].webhook.event_types"),
        (hook(filters=[{}]), "template_types[0].webhook.filters[0].filter_rules"),
        (hook(configuration=[]), "template_types[0].webhook.configuration"),
        (hook(sign_key=5), "template_types[0].webhook.sign_key"),
    ],
)  # fmt: skip
def test_a_blueprint_that_cannot_be_used_is_refused_with_its_place(
    sandbox: Sandbox, spoil: Callable[[Json], Any], place: str
) -> None:
    content = blueprint()
    key = content["key"]
    spoil(content)

    status, sentence = refusal(sandbox, "PUT", f"/blueprints/{key}", content)

    assert (status, sentence.startswith(f"{place}: ")) == (400, True), sentence
    assert refusal(sandbox, "GET", f"/blueprints/{key}")[0] == 404


def test_extensions_cannot_depend_on_each_other(sandbox: Sandbox) -> None:
    first = blueprint()
    published(sandbox, first)
    second = blueprint(depends_on=[first["key"]])
    published(sandbox, second)

    for circle in ([second["key"]], [first["key"]]):
        status, sentence = refusal(sandbox, "PUT", f"/blueprints/{first['key']}", {**first, "depends_on": circle})
        assert (status, "depend" in sentence) == (400, True)


@pytest.mark.parametrize("key", ["hubspot", "Upper", "9x", "x" * 61, "a-b", "%00"])
def test_a_key_that_cannot_be_a_partners_is_refused(sandbox: Sandbox, key: str) -> None:
    assert refusal(sandbox, "PUT", f"/blueprints/{key}", {"name": "X"})[0] == 400


def test_what_is_not_there_cannot_be_published_or_read(sandbox: Sandbox) -> None:
    assert refusal(sandbox, "POST", "/blueprints/nobody/publish")[0] == 409
    assert refusal(sandbox, "GET", "/blueprints/nobody")[0] == 404
    assert refusal(sandbox, "GET", "/blueprints/acme_ledger?version=99")[0] == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("name", "description", "mode", "depends_on", "setup_url", "template_types", "authentication_method")


@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.dictionaries(st.text(max_size=12), JSON, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_json_at_all_is_answered_with_a_server_error(sandbox: Sandbox, content: Json, inner: Json) -> None:
    tries = [content, {"name": "X", "template_types": [inner]}, {"name": "X", "template_types": [{"webhook": inner}]}]
    for body in tries:
        answer = sandbox.session.put(f"{sandbox.url}/_sandbox/blueprints/any_json", json=body)
        assert answer.status_code in (200, 400)
