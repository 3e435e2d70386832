"""What holds on every route (sections 2.2, 3, 4, 14 and 16), walked along the routes as they are served."""

import http.client
import re
from collections.abc import Iterator

import pytest

from tests.sandbox.conftest import Json, admin_of, whole_state
from tests.sandbox.walking import Ground, Step, raw, steps
from tests.sandboxes import Sandbox

# Required, and used in the tutorial, which the reference says to treat as required (section 2.2).
NEEDS_EMAIL = {
    ("POST", "/contracts/create"),
    ("PUT", "/contracts/{}"),
    ("POST", "/contracts/{}/parties/{}/participants"),
    ("PUT", "/contracts/{}/data_fields/{}"),
    ("POST", "/contracts/{}/publish"),
    ("DELETE", "/contracts/{}"),
    ("DELETE", "/contracts/{}/parties/{}"),
    ("PUT", "/template_types/{}/data_fields"),
    ("POST", "/contracts/{}/files"),
}
SORTABLE = {
    "/contracts": {"name", "state", "state_updated_time", "published_time"},
    "/workspaces": {"name"},
    "/templates": {"name"},
    "/template_types": {"name"},
    "/contracts/{}/files": {"name", "type", "id", "extension"},
    "/contracts/{}/events": {"created_time", "id", "type"},
}
ODD_IDS = ("0", "-1", "x", "1.5", "%00", "9" * 18, "9" * 19, "9" * 400, "%F0%9F%92%A9", "..%2f", "1;DROP", "c::")
ODD_BODIES = (b"{", b"null", b"[]", b'"x"', b"NaN", b"\xff\xfe", b"[" * 100_000, b'{"x": ' * 30 + b"1" + b"}" * 30)
ODD_QUERIES = ("%", "%ff", "&&&", "x=1&" * 101, "limit[]=1", "filter[name]=%00", "filter[]=", "a=1&a=2", "sort=%00")
DOCUMENTED = {200, 302, 400, 401, 403, 404, 405, 409, 413}


@pytest.fixture
def ground(sandbox: Sandbox) -> Ground:
    return Ground(sandbox)


@pytest.fixture
def walk(sandbox: Sandbox, ground: Ground) -> list[tuple[Step, str]]:
    """Every step with a path of the account's own."""
    return [(step, ground.path(step)) for step in steps(sandbox)]


def blank(shape: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", shape)


def test_without_a_token_or_with_an_unknown_one_every_route_is_401(
    ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    for step, path in walk:
        for token in (None, "x" * 40):
            answer = ground.ask(step, path, token=token, data=b"{")
            assert (answer.status_code, answer.json()["error_code"]) == (401, 4010000), step


def test_with_an_email_of_nobody_every_route_is_401(
    sandbox: Sandbox, ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    for step, path in walk:
        for email in ("nobody@nowhere.example", admin_of(sandbox.account())):
            assert ground.ask(step, path, email=email, data=b"{").status_code == 401, step


@pytest.fixture
def a_limit_of_one(sandbox: Sandbox, walk: list[tuple[Step, str]]) -> Iterator[None]:
    """From when the paths are known."""
    sandbox.control("PUT", "/switches", {"rate_limit": 1})
    yield
    sandbox.control("PUT", "/switches", {"rate_limit": 2000})


@pytest.mark.usefixtures("a_limit_of_one")
def test_as_soon_as_the_token_is_known_every_route_is_429(ground: Ground, walk: list[tuple[Step, str]]) -> None:
    """Whatever else is wrong with the request: the email, the path, the body."""
    ground.ask(*walk[0])  # the one that is allowed, should the others be five minutes old
    for step, path in walk:
        assert ground.ask(step, path, email="nobody@nowhere.example", data=b"{").status_code == 429, step
    assert ground.ask(walk[0][0], "/nothing", data=b"x" * 1_000_001).status_code == 429


def test_a_user_email_is_required_where_the_reference_says_so_and_nowhere_else(
    ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    for step, _ in walk:
        # It is missed before the object is, so any id will do, and nothing is changed.
        path = re.sub(r"\{[^}]*\}", "999999999", step.shape)
        answer = ground.ask(step, path, email=None, data=b"{")
        missed = answer.status_code == 400 and list(answer.json()["parameter_problems"]) == ["X-Oneflow-User-Email"]
        assert missed == ((step.method, blank(step.shape)) in NEEDS_EMAIL), step


def test_ids_of_another_account_are_not_there_whatever_the_body(sandbox: Sandbox, ground: Ground) -> None:
    other = Ground(sandbox)

    def state() -> tuple[dict[str, tuple[int, object]], Json]:
        return whole_state(sandbox, other.account), other.desk.ask("GET", f"/contracts/{other.contract['id']}")

    before = state()
    for step in steps(sandbox):
        if "{" not in step.shape:
            continue
        answer = ground.ask(step, other.path(step), data=b"{")
        if step.method == "DELETE" and answer.status_code == 200:
            assert answer.content == b"", step
        else:
            assert (answer.status_code, answer.json()["error_code"]) == (404, 4040000), step
    assert state() == before


def test_odd_ids_are_not_there(sandbox: Sandbox, ground: Ground, walk: list[tuple[Step, str]]) -> None:
    headers = {"X-Oneflow-API-Token": ground.account["token"], "X-Oneflow-User-Email": admin_of(ground.account)}
    for step, path in walk:
        parts = step.shape.strip("/").split("/")
        for place, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            for odd in ODD_IDS:
                target = path.strip("/").split("/")
                target[place] = odd
                status = raw(sandbox, step.method, "/v1/" + "/".join(target), headers, b"")
                assert status in ({404, 405} if step.method != "DELETE" else {200, 404, 405}), (str(step), odd[:30])


def test_every_route_that_demands_a_body_refuses_an_odd_one_and_says_what_is_wrong(
    ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    for step, path in walk:
        if not step.demands_a_body:
            continue
        for body in ODD_BODIES:
            answer = ground.ask(step, path, data=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400 and answer.json()["parameter_problems"], (
                str(step),
                body[:20],
                answer.text,
            )


def test_every_route_that_reads_bears_an_odd_query(
    sandbox: Sandbox, ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    headers = {"X-Oneflow-API-Token": ground.account["token"]}
    for step, path in walk:
        if step.method == "GET":
            for query in ODD_QUERIES:
                assert raw(sandbox, "GET", f"/v1{path}?{query}", headers) in DOCUMENTED, (str(step), query[:30])


def test_a_body_over_a_megabyte_is_413_on_every_route(ground: Ground, walk: list[tuple[Step, str]]) -> None:
    for step, path in walk:
        # A file may be ten times as large as anything else.
        uploads = "multipart/form-data" in step.described.get("requestBody", {}).get("content", {})
        body = b'"' + b"x" * (10_000_000 if uploads else 1_000_000) + b'"'
        answer = ground.ask(step, path, data=body)
        assert (answer.status_code, answer.json()["error_code"]) == (413, 4130000), step


def test_doubled_and_trailing_slashes_lead_to_the_same_answer(ground: Ground, walk: list[tuple[Step, str]]) -> None:
    for step, path in walk:
        if step.method != "GET" or step.downloads or step.shape == "/logs":
            continue
        plain, slashed = ground.ask(step, path), ground.ask(step, path.replace("/", "//") + "/")
        assert slashed.status_code == plain.status_code, step
        if plain.status_code == 200:
            assert slashed.json() == plain.json(), step


def test_a_connection_goes_on_after_a_body_that_was_refused_unread(sandbox: Sandbox, account: Json) -> None:
    host = sandbox.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        for size, token, status in ((1_500_000, account["token"], 413), (900_000, "nobody's", 401), (0, "x", 401)):
            connection.request("POST", "/v1/webhooks", b"x" * size, {"X-Oneflow-API-Token": token})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status
        connection.request("GET", "/v1/ping", headers={"X-Oneflow-API-Token": account["token"]})
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_every_list_has_the_envelope_and_keeps_to_its_limits(ground: Ground, walk: list[tuple[Step, str]]) -> None:
    """`limit=all` is for the children of a contract only (section 3.2)."""
    lists = [(step, path) for step, path in walk if step.answers_a_page]
    assert len(lists) > 10
    place = f"workspace_id={ground.desk.workspace['id']}"
    for step, path in lists:
        page = ground.ask(step, f"{path}?{place}&limit=1").json()
        assert set(page) == {"_links", "count", "data"} and set(page["_links"]) == {"next", "previous", "self"}, step
        assert len(page["data"]) == min(1, page["count"]), step
        assert page["_links"]["self"]["href"].endswith("limit=1&offset=0"), step
        assert page["_links"]["previous"] == {"href": None}, step
        beyond = ground.ask(step, f"{path}?{place}&offset=19900").json()
        # The log has grown by the two calls.
        assert beyond["data"] == [] and (beyond["count"] == page["count"] or step.shape == "/logs"), step
        for query in ("limit=0", "limit=101", "limit=x", "limit=", "limit=1&limit=1", "offset=-1", "offset=19901"):
            refused = ground.ask(step, f"{path}?{place}&{query}")
            assert refused.status_code == 400, (str(step), query)
            assert list(refused.json()["parameter_problems"]) == [query.partition("=")[0]], (str(step), query)
        everything = ground.ask(step, f"{path}?{place}&limit=all")
        is_child = step.shape.startswith("/contracts/{")
        assert everything.status_code == (200 if is_child else 400), step


def test_lists_sort_by_the_columns_of_the_reference_and_no_others(ground: Ground, walk: list[tuple[Step, str]]) -> None:
    place = f"workspace_id={ground.desk.workspace['id']}"
    for step, path in walk:
        if not step.answers_a_page:
            continue
        allowed = SORTABLE.get(blank(step.shape), set())
        assert step.sortable == allowed, step
        for column in sorted(allowed):
            assert ground.ask(step, f"{path}?{place}&sort={column},-{column}").status_code == 200, (str(step), column)
        for column in sorted({"id", "name", "type", "nothing", ""} - allowed):
            refused = ground.ask(step, f"{path}?{place}&sort={column}")
            assert refused.status_code == 400, (str(step), column)
            assert list(refused.json()["parameter_problems"]) == ["sort"], (str(step), column)


def test_every_error_has_an_id_of_its_own_under_which_the_log_has_it(
    sandbox: Sandbox, ground: Ground, walk: list[tuple[Step, str]]
) -> None:
    told = [ground.ask(step, path, token=None).json()["request_id"] for step, path in walk]
    told += [ground.ask(step, "/nothing").json()["request_id"] for step, _ in walk]

    logged = {one["request_id"]: one for one in sandbox.requests()}

    assert len(set(told)) == len(told)
    assert {logged[one]["status"] for one in told} == {401, 404}
