"""The marketplace as a customer meets it (sections 2.3, 10.3, 10.4, 12 and 13), over HTTP and without JavaScript."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.blueprints import blueprint, extension, published
from tests.sandbox.conftest import Json, admin_of, member_of, ours, type_of
from tests.sandbox.partners import Partner, listening
from tests.sandbox.visiting import Person, administrator, token_in, words
from tests.sandboxes import Sandbox

PAGES = ("/", "/extensions/acme_ledger/", "/template-types/", "/templates/", "/webhooks/", "/tokens/", "/assumed/")


@pytest.fixture
def fresh(sandbox: Sandbox) -> Json:
    """An account that has not enabled the extension."""
    return sandbox.new_account(extension=False)


@pytest.fixture
def admin(sandbox: Sandbox, account: Json) -> Person:
    return administrator(sandbox, account)


@pytest.fixture
def partner() -> Iterator[Partner]:
    with listening() as running:
        yield running


def own_token(sandbox: Sandbox, account: Json) -> str:
    made: str = sandbox.control("POST", f"/accounts/{account['id']}/token")["token"]
    return made


def test_who_is_not_signed_in_is_asked_to_and_comes_back(sandbox: Sandbox, account: Json) -> None:
    person = Person(sandbox)

    asked = person.get("/webhooks/")
    assert asked.url.endswith("/sign-in/?next=%2Fmarketplace%2Fwebhooks%2F")
    came = person.send("/sign-in/", email=admin_of(account), next="/marketplace/webhooks/")

    assert came.url.endswith("/marketplace/webhooks/")


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example/", "/_sandbox/accounts", "/v1/users"]
)
def test_signing_in_leads_nowhere_but_into_the_marketplace(sandbox: Sandbox, account: Json, to: str) -> None:
    person = Person(sandbox)
    person.get("/sign-in/")

    answer = person.send("/sign-in/", email=admin_of(account), next=to, follow=False)

    assert answer.headers["Location"] == "/marketplace/"


def test_a_user_is_found_by_account_and_chosen(sandbox: Sandbox, account: Json) -> None:
    person = Person(sandbox)
    person.get("/sign-in/", params={"q": account["name"]})

    page = person.get("/sign-in/", params={"account": account["id"]})
    shown = sandbox.control("GET", f"/accounts/{account['id']}/users")
    answer = person.send("/sign-in/", user=shown[0]["id"])

    assert all(user["email"] in page.text for user in shown)
    assert f"You are signed in as {shown[0]['name']}." in words(answer)


def test_an_email_of_two_accounts_asks_in_which(sandbox: Sandbox) -> None:
    made = sandbox.control("POST", "/accounts", {"empty": True, "count": 2, "name": "Double AB"})
    for one in made:
        sandbox.control("POST", f"/accounts/{one['id']}/users", {"email": "both@double.example"})
    person = Person(sandbox)
    person.get("/sign-in/")

    assert "In which account?" in words(person.send("/sign-in/", email="Both@double.example"))


@pytest.mark.parametrize(
    "email", ["", "no email", "nobody@nowhere.example", "x" * 300 + "@a.example", "\x00@a.example"]
)
def test_an_email_that_is_nobodys_signs_nobody_in(sandbox: Sandbox, email: str) -> None:
    person = Person(sandbox)
    person.get("/sign-in/")

    answer = person.send("/sign-in/", email=email)

    assert (answer.status_code, "errorlist" in answer.text) == (400, True)
    assert person.get("/").url.startswith(f"{person.url}/sign-in/")


def test_a_deactivated_user_is_signed_out_at_once(sandbox: Sandbox, account: Json, admin: Person) -> None:
    sandbox.control("PUT", f"/accounts/{account['id']}/users/{admin_of(account)}", {"active": False})

    assert "/sign-in/" in admin.get("/").url
    admin.get("/sign-in/")
    assert admin.send("/sign-in/", email=admin_of(account)).status_code == 400


def test_signing_out_ends_it(admin: Person) -> None:
    cookies = dict(admin.session.cookies)
    admin.send("/sign-out/")
    admin.session.cookies.update(cookies)

    assert "/sign-in/" in admin.get("/").url


def test_the_list_says_what_is_on_and_what_each_depends_on(sandbox: Sandbox, fresh: Json) -> None:
    page = words(administrator(sandbox, fresh).get("/"))

    assert "Acme Ledger Create agreements from the ledger ○ off API tokens, Template types, Webhooks" in page
    assert "HubSpot Contracts from HubSpot deals ○ off nothing" in page


def test_one_click_enables_what_it_depends_on_and_shows_the_token_once(sandbox: Sandbox, fresh: Json) -> None:
    person = administrator(sandbox, fresh)
    before = words(person.get("/extensions/acme_ledger/"))

    page = person.send("/extensions/acme_ledger/enable/")

    assert "API tokens, Template types, Webhooks will be switched on with it" in before
    token = token_in(page)
    assert token is not None
    assert token == sandbox.account(fresh["id"])["token"]
    assert sandbox.api("/ping", token=token).status_code == 200
    assert extension(sandbox, fresh, "webhooks")["enabled"]
    again = person.get("/extensions/acme_ledger/")
    assert token_in(again) is None
    assert all(token not in person.get(path).text for path in PAGES)


def test_a_second_click_revokes_no_token(sandbox: Sandbox, account: Json, admin: Person) -> None:
    page = admin.send("/extensions/acme_ledger/enable/")

    assert "Acme Ledger is on already. Nothing was changed." in words(page)
    assert sandbox.api("/ping", token=account["token"]).status_code == 200


def test_disabling_warns_first_and_then_does_what_the_control_plane_does(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    own = own_token(sandbox, account)
    before = type_of(sandbox, {**account, "token": own})["id"]

    warned = words(admin.get("/extensions/acme_ledger/disable/"))
    assert "Its token is revoked." in warned
    assert "assumed" in warned
    assert sandbox.api("/ping", token=account["token"]).status_code == 200
    done = admin.send("/extensions/acme_ledger/disable/")

    assert "its token is revoked" in words(done)
    assert sandbox.api("/ping", token=account["token"]).status_code == 401
    hand = {**account, "token": own}
    assert (ours(sandbox, hand), type_of(sandbox, hand)["active"]) == ([], False)
    token = token_in(admin.send("/extensions/acme_ledger/enable/"))
    again = {**account, "token": token}
    assert (type_of(sandbox, again)["id"], token != account["token"], len(ours(sandbox, again))) == (before, True, 2)


def test_disabling_a_dependency_names_who_depends_on_it(admin: Person) -> None:
    assert "Acme Ledger depends on Webhooks" in words(admin.get("/extensions/webhooks/disable/"))


def test_an_extension_of_oneflows_own_is_switched_on_and_off(sandbox: Sandbox, account: Json, admin: Person) -> None:
    assert "HubSpot is on." in words(admin.send("/extensions/hubspot/enable/"))
    admin.get("/extensions/hubspot/disable/")
    admin.send("/extensions/hubspot/disable/")

    assert not extension(sandbox, account, "hubspot")["enabled"]


def test_a_token_is_handed_over_by_redirect_where_the_extension_says_so(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    content = blueprint(authentication_method="automatic", setup_url="https://setup.partner.example/in")
    published(sandbox, content)
    page = admin.get(f"/extensions/{content['key']}/")
    assert "setup.partner.example" in words(page)
    assert "form-action 'self' https:" in page.headers["Content-Security-Policy"]

    answer = admin.send(f"/extensions/{content['key']}/enable/", follow=False)

    address = urlsplit(answer.headers["Location"])
    said = parse_qs(address.query)
    assert (answer.status_code, address.netloc, address.path) == (302, "setup.partner.example", "/in")
    assert said["user_email"] == [admin_of(account)]
    assert sandbox.api("/ping", token=said["token"][0]).status_code == 200
    assert token_in(admin.get(f"/extensions/{content['key']}/")) is None


def test_a_token_is_handed_over_by_post_and_a_failure_is_told(
    sandbox: Sandbox, account: Json, admin: Person, partner: Partner
) -> None:
    content = blueprint(authentication_method="automatic", setup_url=partner.url)
    published(sandbox, content)
    sandbox.control("PUT", "/switches", {"setup_mode": "post"})
    try:
        arrived = words(admin.send(f"/extensions/{content['key']}/enable/"))
        admin.send(f"/extensions/{content['key']}/disable/")
        partner.status = 503
        failed = admin.send(f"/extensions/{content['key']}/enable/")
    finally:
        sandbox.control("PUT", "/switches", {"setup_mode": "redirect"})

    assert "has been given its token" in arrived
    assert [said["user_email"] for said in partner.told] == [admin_of(account)] * 2
    assert "it did not get its token" in words(failed)
    assert partner.told[1]["token"] not in failed.text


def test_a_system_field_is_locked_but_can_be_switched_off_and_on(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    kind = type_of(sandbox, account)
    field = kind["data_fields"][0]
    page = words(admin.get(f"/template-types/{kind['id']}/"))
    assert "Deal value locked" in page

    admin.send(f"/fields/{field['id']}/active/", active="off")
    assert type_of(sandbox, account)["data_fields"][0] == {**field, "active": False}
    admin.send(f"/fields/{field['id']}/active/", active="on")
    assert type_of(sandbox, account)["data_fields"][0] == field

    for path in (f"/fields/{field['id']}/", f"/fields/{field['id']}/delete/"):
        assert "This field is locked" in words(admin.get(path))
        assert admin.send(path, name="Mine").status_code == 403
    assert type_of(sandbox, account)["data_fields"][0] == field


def test_a_type_made_by_hand_gets_fields_that_are_edited_and_deleted(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    admin.get("/template-types/")
    made = admin.send("/template-types/", name="Lease", description="Flats")
    pk = int(made.url.rstrip("/").rpartition("/")[2])

    admin.send(f"/template-types/{pk}/fields/", custom_id="rent", name="Rent", value="1", placeholder="e.g. 9000")
    path = f"/template_types/{pk}"
    shown = sandbox.api(path, token=account["token"]).json()
    (field,) = shown["data_fields"]
    assert (shown["name"], shown["description"], shown["extension_type"]) == ("Lease", "Flats", None)
    assert (field["custom_id"], field["name"], field["value"], field["source"]) == ("rent", "Rent", "1", "user")

    admin.send(f"/fields/{field['id']}/", name="Monthly rent", value="")
    admin.send(f"/template-types/{pk}/", name="Tenancy", description="")
    shown = sandbox.api(path, token=account["token"]).json()
    assert (shown["name"], shown["active"], shown["data_fields"][0]["name"]) == ("Tenancy", False, "Monthly rent")

    assert "cannot be brought back" in words(admin.get(f"/fields/{field['id']}/delete/"))
    admin.send(f"/fields/{field['id']}/delete/")
    assert sandbox.api(path, token=account["token"]).json()["data_fields"] == []


def test_a_type_of_an_extension_cannot_be_renamed(sandbox: Sandbox, account: Json, admin: Person) -> None:
    kind = type_of(sandbox, account)

    answer = admin.send(f"/template-types/{kind['id']}/", name="Mine", active="on")

    assert (answer.status_code, "made by the extension Acme Ledger" in words(answer)) == (403, True)
    assert type_of(sandbox, account)["name"] == kind["name"]


def test_a_template_is_made_connected_and_switched_off(sandbox: Sandbox, account: Json, admin: Person) -> None:
    kind = type_of(sandbox, account)
    place = sandbox.control("GET", f"/accounts/{account['id']}/workspaces")[0]
    admin.get("/templates/")
    admin.send("/templates/", name="My template", workspaces=place["id"], active="on")
    listed = sandbox.control("GET", f"/accounts/{account['id']}/templates")
    pk = next(item["id"] for item in listed if item["name"] == "My template")

    admin.send(f"/template-types/{kind['id']}/templates/", template=pk)
    data = sandbox.api(
        "/helpers/contract_create_data?extension_type=acme_deal", token=account["token"], email=admin_of(account)
    ).json()
    assert pk in {row["id"] for item in data for row in item["templates"]}

    admin.get(f"/templates/{pk}/")
    admin.send(f"/templates/{pk}/", name="Mine", workspaces=place["id"], template_type="")
    shown = sandbox.api(f"/templates/{pk}", token=account["token"]).json()
    assert (shown["name"], shown["template_active"], shown["template_type"]) == ("Mine", False, None)


def test_the_types_of_a_disabled_extension_are_not_offered_for_templates(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    kind = type_of(sandbox, account)
    assert "Deal (acme_deal)" in words(admin.get("/templates/"))
    listed = sandbox.control("GET", f"/accounts/{account['id']}/templates")
    connected = next(item for item in listed if item["template_type"] == kind["id"])

    sandbox.control("DELETE", f"/accounts/{account['id']}/extension")

    page = admin.get("/templates/")
    assert "Deal (acme_deal)" not in words(page)
    sent = admin.send("/templates/", name="X", template_type=kind["id"], workspaces=connected["workspaces"][0])
    assert sent.status_code == 400
    assert admin.send(f"/template-types/{kind['id']}/templates/", template=listed[0]["id"]).status_code == 409
    # One that is connected already keeps its type when something else of it is changed.
    admin.get(f"/templates/{connected['id']}/")
    admin.send(
        f"/templates/{connected['id']}/", name="Kept", template_type=kind["id"], workspaces=connected["workspaces"]
    )
    after = sandbox.control("GET", f"/accounts/{account['id']}/templates")
    kept = next(item for item in after if item["id"] == connected["id"])
    assert (kept["name"], kept["template_type"]) == ("Kept", kind["id"])


def test_a_webhook_is_made_and_deleted_and_an_extensions_is_not(sandbox: Sandbox, account: Json, admin: Person) -> None:
    admin.get("/webhooks/")
    admin.send("/webhooks/", callback_url="https://mine.example/hook", sign_key="hook-secret")
    listed = sandbox.api("/webhooks", token=account["token"]).json()["data"]
    mine = next(hook for hook in listed if hook["callback_url"] == "https://mine.example/hook")
    assert (mine["sign_key"], mine["integration_instance"], mine["template_group_id"]) == ("hook-secret", None, None)
    assert "hook-secret" not in admin.get("/webhooks/").text

    theirs = ours(sandbox, account)[0]["id"]
    assert "The extension Acme Ledger made this webhook" in words(admin.get(f"/webhooks/{theirs}/delete/"))
    assert admin.send(f"/webhooks/{theirs}/delete/").status_code == 403

    admin.get(f"/webhooks/{mine['id']}/delete/")
    admin.send(f"/webhooks/{mine['id']}/delete/")
    left = {hook["id"] for hook in sandbox.api("/webhooks", token=account["token"]).json()["data"]}
    assert (mine["id"] in left, theirs in left) == (False, True)


def test_a_token_by_hand_is_shown_once_and_revoked(sandbox: Sandbox, account: Json, admin: Person) -> None:
    admin.get("/tokens/")
    page = admin.send("/tokens/", name="My script")
    token = token_in(page)
    assert token is not None
    assert sandbox.api("/accounts/me", token=token).json()["token_info"]["integration"] == {"id": None, "key": "custom"}
    again = admin.get("/tokens/")
    assert (token in again.text, f"ends in {token[-4:]}" in words(again)) == (False, True)

    pks = [part.split("/")[0] for part in again.text.split("/marketplace/tokens/")[1:]]
    mine = next(pk for pk in pks if "Revoke My script?" in words(admin.get(f"/tokens/{pk}/revoke/")))
    theirs = next(pk for pk in pks if pk and pk != mine and pk.isdecimal())
    assert "cannot be revoked by hand" in words(admin.get(f"/tokens/{theirs}/revoke/"))
    assert admin.send(f"/tokens/{theirs}/revoke/").status_code == 403
    admin.send(f"/tokens/{mine}/revoke/")

    assert sandbox.api("/ping", token=token).status_code == 401
    assert sandbox.api("/ping", token=account["token"]).status_code == 200
    assert admin.send(f"/tokens/{mine}/revoke/").status_code == 404


def test_others_see_everything_and_why_they_may_change_nothing(sandbox: Sandbox, account: Json) -> None:
    kind, hook = type_of(sandbox, account), ours(sandbox, account)[0]
    field = kind["data_fields"][0]
    template = sandbox.control("GET", f"/accounts/{account['id']}/templates")[0]["id"]
    member = Person(sandbox)
    member.sign_in(member_of(account))
    before = [sandbox.api(path, token=account["token"]).text for path in ("/webhooks", f"/template_types/{kind['id']}")]

    for path in (*PAGES, f"/template-types/{kind['id']}/"):
        page = member.get(path)
        assert "Only administrators may change it" in words(page)
        assert page.text.count('method="post"') == 1, "only the way out"
    for path in (
        "/extensions/acme_ledger/enable/", "/extensions/acme_ledger/disable/", "/template-types/", "/webhooks/",
        f"/template-types/{kind['id']}/", f"/template-types/{kind['id']}/fields/", "/templates/", "/tokens/",
        f"/template-types/{kind['id']}/templates/", f"/fields/{field['id']}/active/", f"/fields/{field['id']}/",
        f"/fields/{field['id']}/delete/", f"/templates/{template}/", f"/webhooks/{hook['id']}/delete/",
    ):  # fmt: skip
        fields = {"name": "X", "active": "off", "callback_url": "https://x.example", "custom_id": "x"}
        answer = member.send(path, **fields)
        assert (answer.status_code, "Only administrators of" in words(answer)) == (403, True), path

    after = [sandbox.api(path, token=account["token"]).text for path in ("/webhooks", f"/template_types/{kind['id']}")]
    assert after == before
    assert sandbox.api("/ping", token=account["token"]).status_code == 200


def test_what_is_another_accounts_is_not_there(sandbox: Sandbox, account: Json, admin: Person) -> None:
    other = sandbox.new_account()
    kind, hook = type_of(sandbox, other), ours(sandbox, other)[0]["id"]
    template = sandbox.control("GET", f"/accounts/{other['id']}/templates")[0]["id"]
    mine = type_of(sandbox, account)

    for path in (
        f"/template-types/{kind['id']}/", f"/template-types/{kind['id']}/fields/", f"/webhooks/{hook}/delete/",
        f"/fields/{kind['data_fields'][0]['id']}/active/", f"/templates/{template}/", f"/fields/{kind['id']}/delete/",
    ):  # fmt: skip
        assert admin.send(path, active="off", name="X", custom_id="x").status_code == 404, path
    sent = admin.send(f"/template-types/{mine['id']}/templates/", template=template)
    assert sent.status_code == 400
    assert type_of(sandbox, other) == kind


@pytest.mark.parametrize(
    "path",
    ["/sign-in/", "/extensions/acme_ledger/enable/", "/extensions/acme_ledger/disable/", "/webhooks/", "/sign-out/"],
)
def test_a_form_without_its_secret_changes_nothing(sandbox: Sandbox, account: Json, admin: Person, path: str) -> None:
    admin.secret = "nothing"
    answer = admin.send(path, email=admin_of(account), callback_url="https://x.example")

    assert (answer.status_code, "Nothing was changed" in words(answer)) == (403, True)
    assert sandbox.api("/ping", token=account["token"]).status_code == 200
    assert "Extensions" in words(admin.get("/"))


def test_a_form_of_another_site_changes_nothing(sandbox: Sandbox, account: Json, admin: Person) -> None:
    data = {"csrfmiddlewaretoken": admin.secret}
    path = f"{admin.url}/extensions/acme_ledger/disable/"
    for origin in ("https://elsewhere.example", "http://127.0.0.1:1", "null"):
        answer = admin.session.post(path, data=data, headers={"Origin": origin}, timeout=30)
        assert answer.status_code in (403, 404)

    assert sandbox.api("/ping", token=account["token"]).status_code == 200


def test_every_page_is_guarded_and_the_api_carries_nothing_of_it(
    sandbox: Sandbox, account: Json, admin: Person
) -> None:
    for path in (*PAGES, "/sign-in/", "/nothing/", "/static/marketplace.css"):
        headers = admin.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert "no-store" in headers["Cache-Control"] or path.startswith("/static/")
    page = admin.get("/extensions/acme_ledger/").text
    assert (" style=" in page, "<style" in page, " onclick" in page) == (False, False, False)
    cookies = {cookie.name: cookie for cookie in admin.session.cookies}
    assert set(cookies) == {"sandbox_session", "sandbox_csrf"}
    assert all(cookie.path == "/marketplace" and cookie.has_nonstandard_attr("HttpOnly") for cookie in cookies.values())
    assert "Set-Cookie" not in sandbox.api("/ping", token=account["token"]).headers
    assert "Content-Security-Policy" not in sandbox.api("/ping", token=account["token"]).headers


@pytest.mark.parametrize(
    "headers", [{"Host": "rebound.example"}, {"X-Forwarded-For": "192.0.2.7"}, {"Origin": "https://elsewhere.example"}]
)
def test_the_marketplace_answers_this_machine_only(sandbox: Sandbox, headers: dict[str, str]) -> None:
    for path in ("/", "/sign-in/", "/static/copy.js", "/nothing"):
        answer = sandbox.session.get(f"{sandbox.url}/marketplace{path}", headers=headers)
        assert (answer.status_code, answer.text) == (404, "There is nothing here.")


def test_unless_it_was_started_open(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=1, options=["--marketplace", "open"]) as running:
        away = {"X-Forwarded-For": "192.0.2.7", "Host": "sandbox.example"}

        assert running.session.get(f"{running.url}/marketplace/sign-in/", headers=away).status_code == 200
        assert running.session.get(f"{running.url}/_sandbox/accounts", headers=away).status_code == 404


def test_a_restart_or_a_reset_signs_everybody_out(tmp_path: Path) -> None:
    with Sandbox.start(tmp_path, accounts=1) as running:
        person = administrator(running, running.account())
        running.control("POST", "/reset", {"accounts": 1, "seed": 99})

        assert "/sign-in/" in person.get("/").url


def test_a_toolkit_extension_says_that_it_sets_itself_up(sandbox: Sandbox, fresh: Json) -> None:
    sandbox.control("PUT", f"/accounts/{fresh['id']}/extensions/acme_ledger", {"mode": "toolkit"})
    person = administrator(sandbox, fresh)
    assert "makes its template types and webhooks itself" in words(person.get("/extensions/acme_ledger/"))

    token = token_in(person.send("/extensions/acme_ledger/enable/"))

    listed = sandbox.api("/template_types", token=token).json()["data"]
    assert [item["extension_type"] for item in listed] == [None]


@pytest.mark.parametrize("width", ["name", "custom_id", "callback_url", "description", "value", "sign_key"])
def test_names_that_are_markup_are_shown_as_text(sandbox: Sandbox, account: Json, admin: Person, width: str) -> None:
    odd = '"><script>alert(1)</script>'
    kind = type_of(sandbox, account)["id"]
    fields = {"name": "X", "custom_id": "x", "callback_url": "https://x.example/"}
    fields[width] = fields.get(width, "") + odd
    for path in ("/template-types/", f"/template-types/{kind}/fields/", "/webhooks/", "/tokens/", "/templates/"):
        admin.get("/")
        assert "<script>alert" not in admin.send(path, **fields).text
    for path in (*PAGES, f"/template-types/{kind}/"):
        assert "<script>alert" not in admin.get(path).text
