"""A test contract's run, whatever Oneflow answers: what is known of it afterwards, and that nothing is left unsaid."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from extensions.installations.models import Contract
from extensions.mappings.contract_testing import Went, clean_up, is_real, refusal, run
from extensions.mappings.models import ContractTest
from oneflow import contracts
from oneflow.errors import Conflict, InvalidToken, NotFound, NotPermitted, RateLimited, Rejected, Unavailable
from tests.making import make_extension

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BODY = {
    "workspace_id": 13001,
    "template_id": 17001,
    "data_fields": [{"custom_id": "deal_value", "value": "12500"}, {"custom_id": "note", "value": "geheim"}],
}
TIMED_OUT = Unavailable("Oneflow did not answer in time.")


class Remote:
    """An account that holds at most one contract; `trouble` is raised by the methods that it names.

    A method in `afterwards` does its work first: only its answer is lost.
    """

    def __init__(self, *, afterwards=(), held=None, deletes=True, **trouble):
        self.trouble, self.afterwards = trouble, afterwards
        self.held, self.deletes = held, deletes
        self.name, self.state, self.calls = None, "draft", []

    def _ask(self, method, work):
        self.calls.append(method)
        if method in self.trouble and method not in self.afterwards:
            raise self.trouble[method]
        answer = work()
        if method in self.trouble:
            raise self.trouble[method]
        return answer

    def create_contract(self, body, user_email):
        def work():
            self.name = body["name"]
            sent = {each["custom_id"]: each["value"] for each in body["data_fields"]}
            self.held = sent if self.held is None else self.held
            return self._contract()

        return self._ask("create", work)

    def contract(self, contract_id, user_email=None):
        def work():
            if self.name is None:
                raise NotFound("Not found")
            return self._contract()

        return self._ask("read" if user_email else "confirm", work)

    def contracts_named(self, name):
        return self._ask("find", lambda: (610001,) if self.name == name else ())

    def delete_contract(self, contract_id, user_email):
        def work():
            if self.deletes:
                self.name = None

        return self._ask("delete", work)

    def _contract(self):
        fields = tuple(contracts.ContractField(key, key, value) for key, value in self.held.items())
        return contracts.Contract(610001, self.name, self.state, 13001, 17001, 5201, fields)


@pytest.fixture
def test(installation):
    return ContractTest.objects.create(
        installation=installation,
        by="Sam",
        started_at=NOW,
        workspace_oneflow_id=13001,
        workspace_name="Sales",
        template_oneflow_id=17001,
        template_name="Deal",
        fields_sent=2,
    )


def tried(test, remote):
    return run(test, remote, BODY, "maja@norrsken.example", clock=lambda: NOW)


def told(test):
    test.refresh_from_db()
    return test.state, test.contract_oneflow_id, test.fields_same


def test_a_contract_is_made_read_back_and_deleted(test):
    remote = Remote()
    outcome = tried(test, remote)

    assert remote.calls == ["create", "read", "delete", "confirm"]
    assert told(test) == ("deleted", 610001, 2)
    assert [step.went for step in outcome.steps] == [Went.WELL] * 4
    assert outcome.held == {"deal_value": "12500", "note": "geheim"}
    assert test.ended_at == NOW
    assert Contract.objects.get().gone_at == NOW
    assert "geheim" not in repr(outcome)
    assert "geheim" not in repr(ContractTest.objects.values().get())


def test_a_value_that_did_not_arrive_is_counted(test):
    outcome = tried(test, Remote(held={"deal_value": "12500", "note": ""}))

    assert told(test) == ("deleted", 610001, 1)
    assert outcome.steps[1].sentence == "1 of 2 values are as they were sent."


@pytest.mark.parametrize(
    "error",
    [
        Rejected("No (Oneflow answered 400)", status=400, parameter_problems={"data_fields[1]": ["geheim is odd."]}),
        Conflict("No", status=409),
        NotPermitted("No", status=402),
        NotPermitted("No", status=403),
        NotFound("No", status=404),
        InvalidToken("No", status=401),
        RateLimited("No", status=429),
    ],
)
def test_a_refusal_makes_no_contract_and_nothing_is_looked_for(test, error):
    remote = Remote(create=error)
    outcome = tried(test, remote)

    assert remote.calls == ["create"]
    assert told(test) == ("not_made", None, None)
    assert outcome.steps[0].sentence.startswith("No contract was made. No")
    assert "geheim" not in outcome.steps[0].sentence
    if error.status == 400:
        assert outcome.steps[0].told == "data_fields[1]: geheim is odd."


def test_a_contract_whose_answer_was_lost_is_found_by_its_name_and_deleted(test):
    remote = Remote(create=TIMED_OUT, afterwards=["create"])
    tried(test, remote)

    assert remote.calls == ["create", "find", "delete", "confirm"]
    assert told(test) == ("deleted", 610001, None)


def test_one_that_is_not_there_yet_may_still_come(test):
    tried(test, Remote(create=TIMED_OUT))
    assert told(test) == ("left", None, None)

    clean_up(test, Remote(), "maja@norrsken.example", clock=lambda: NOW)
    assert told(test) == ("left", None, None)

    clean_up(test, Remote(), "maja@norrsken.example", clock=lambda: NOW + timedelta(minutes=6))
    assert told(test) == ("not_made", None, None)


def test_a_search_that_fails_leaves_it_open(test):
    tried(test, Remote(create=TIMED_OUT, find=TIMED_OUT))

    assert told(test) == ("left", None, None)


@pytest.mark.parametrize("error", [TIMED_OUT, NotFound("Not found"), NotPermitted("No", status=403)])
def test_a_contract_that_cannot_be_read_back_is_deleted_all_the_same(test, error):
    outcome = tried(test, Remote(read=error))

    assert told(test) == ("deleted", 610001, None)
    assert outcome.held is None


@pytest.mark.parametrize(
    "remote",
    [
        Remote(delete=NotPermitted("No", status=403)),
        Remote(delete=TIMED_OUT),
        Remote(deletes=False),
        Remote(confirm=TIMED_OUT),
        Remote(confirm=InvalidToken("No", status=401)),
    ],
)
def test_a_deletion_that_is_not_confirmed_leaves_word_and_is_made_up_for(test, remote):
    tried(test, remote)
    assert told(test)[:2] == ("left", 610001)
    assert test.may_remain(NOW)

    remote.trouble, remote.deletes = {}, True
    clean_up(test, remote, "maja@norrsken.example", clock=lambda: NOW)
    assert told(test)[:2] == ("deleted", 610001)
    assert not test.may_remain(NOW)


def test_a_deletion_whose_answer_was_lost_is_confirmed(test):
    tried(test, Remote(delete=TIMED_OUT, afterwards=["delete"]))

    assert told(test)[:2] == ("deleted", 610001)


@pytest.mark.parametrize(("attribute", "value"), [("name", "Agreement with Fjord"), ("state", "signed")])
def test_cleaning_up_never_deletes_what_somebody_uses_by_now(test, attribute, value):
    remote = Remote(delete=TIMED_OUT)
    tried(test, remote)
    assert told(test)[0] == "left"
    setattr(remote, attribute, value)
    remote.trouble, remote.calls = {}, []

    outcome = clean_up(test, remote, "maja@norrsken.example", clock=lambda: NOW + timedelta(days=30))

    assert remote.calls == ["confirm"] and remote.name
    assert told(test)[0] == "taken"
    assert "somebody uses it" in outcome.steps[0].sentence
    assert not test.may_remain(NOW + timedelta(days=31))


def test_cleaning_up_deletes_nothing_that_it_could_not_look_at(test):
    remote = Remote(confirm=TIMED_OUT, deletes=False)
    tried(test, remote)
    remote.calls = []

    clean_up(test, remote, "maja@norrsken.example", clock=lambda: NOW)

    assert remote.calls == ["confirm"]
    assert told(test)[0] == "left"


def test_what_is_gone_by_itself_is_told_without_another_deletion(test):
    remote = Remote(confirm=TIMED_OUT)
    tried(test, remote)
    assert told(test)[0] == "left" and remote.name is None
    remote.trouble, remote.calls = {}, []

    clean_up(test, remote, "maja@norrsken.example", clock=lambda: NOW)

    assert remote.calls == ["confirm"]
    assert told(test)[0] == "deleted"


@pytest.mark.parametrize("method", ["create", "read", "delete", "confirm"])
def test_a_crash_leaves_word_that_a_contract_may_remain_and_it_is_cleaned_up(test, method):
    remote = Remote(**{method: KeyboardInterrupt()}, afterwards=["create", "read", "delete"])
    with pytest.raises(KeyboardInterrupt):
        tried(test, remote)
    test.refresh_from_db()
    assert test.state == "running"
    assert not test.may_remain(NOW)
    later = NOW + timedelta(minutes=6)
    assert test.may_remain(later)

    remote.trouble = {}
    clean_up(test, remote, "maja@norrsken.example", clock=lambda: later)

    assert told(test)[:2] == ("deleted", 610001)
    assert remote.name is None


@pytest.mark.parametrize(
    ("environment", "base_url", "real"),
    [
        ("sandbox", "http://127.0.0.1:9/v1", False),
        ("sandbox", "https://sandbox.acme.example/v1", False),
        ("sandbox", "https://api.oneflow.com/v1", True),
        ("sandbox", "https://api.test.oneflow.com/v1", True),
        ("sandbox", "https://notoneflow.com/v1", False),
        ("test", "http://127.0.0.1:9/v1", True),
        ("production", "https://api.oneflow.com/v1", True),
    ],
)
def test_what_is_at_oneflow_is_real_whatever_it_is_called(environment, base_url, real):
    extension = make_extension(environment=environment, base_url=base_url)

    assert is_real(extension) is real
    assert bool(refusal(extension, Account(name="Fjord AS"), "Fjord AS")) is real


@pytest.mark.parametrize("typed", ["", "fjord as", "Fjord", "Fjord AS 2", "\0"])
def test_in_a_real_account_its_name_is_typed_and_writes_are_on(typed):
    extension = make_extension(environment="production", writes_allowed=True)

    account = Account(oneflow_id=410001, name="Fjord AS ")

    assert refusal(extension, account, " Fjord AS ") == ""
    assert "type its name: Fjord AS" in refusal(extension, account, typed)
    extension.writes_allowed = False
    assert "is off for" in refusal(extension, account, "Fjord AS")


def test_an_account_without_a_name_is_confirmed_by_its_number():
    extension = make_extension(environment="production", writes_allowed=True)
    account = Account(oneflow_id=410001, name=" ")

    assert "type its name: account 410001" in refusal(extension, account, "")
    assert refusal(extension, account, "account 410001") == ""
