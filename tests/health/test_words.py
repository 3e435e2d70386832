import re

import pytest

from extensions.health.codes import CODES
from extensions.health.deciding import parties
from extensions.health.manual import examples
from extensions.health.models import Finding
from extensions.health.repairable import can_repair
from extensions.health.words import WORDS, explain
from extensions.health.words.alike import ALIKE
from extensions.health.words.letters import LETTERS
from extensions.health.words.meanings import MEANINGS
from extensions.health.words.saying import Case
from extensions.installations.models import Installation
from tests.health.judged import change, deal_field, deal_webhook, judged, the

Mode = Installation.Mode
# Codes that hold of several subjects at once, and are then told in one breath.
SEVERAL = sorted(code for code, meaning in MEANINGS.items() if meaning.several)
RE_ENABLES = ("template_type.missing", "field.missing", "webhook.missing", "webhook.misdirected", "webhook.legacy")


def finding(code):
    return Finding(code=code, subject="acme_deal/deal_value", subject_name="Deal value", evidence={})


def everything(explanation):
    steps = [f"{step.who} {step.where} {step.what}" for step in explanation.steps]
    letters = [each.text for each in explanation.customer]
    return "\n".join([explanation.sentence, explanation.usually, *letters, *steps])


def letter(explanation, language="en"):
    return next((each.text for each in explanation.customer if each.language == language), "")


def test_every_code_has_its_words_and_no_words_are_without_their_code():
    assert WORDS.keys() == MEANINGS.keys() == LETTERS.keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
def test_every_code_says_what_it_means_when_it_holds_and_how_we_know(code):
    meaning = MEANINGS[code]

    assert meaning.means.endswith(".") and meaning.how.endswith(".")
    assert meaning.holds and not meaning.holds.endswith(".")
    assert CODES[code].verdict.value in (meaning.verdict or CODES[code].verdict.value)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("code", SEVERAL)
def test_several_of_one_code_are_told_in_one_breath_in_both_languages(installation, code, mode):
    subject = "webhook/{}" if code.startswith("webhook.") else "acme_deal/field_{}"
    rows = [Finding(code=code, subject=subject.format(n), subject_name=f"Name {n}", evidence={}) for n in range(1310)]

    said = explain(rows[0], installation, mode=mode, others=rows[1:])

    assert said.sentence.startswith("1\N{NARROW NO-BREAK SPACE}310 ") and "{" not in said.sentence
    assert all(step.what.endswith(".") for step in said.steps)
    assert len(everything(said)) < 5000
    assert not re.search(r"  |None|\{|\}", everything(said).replace("{id}", ""))
    for language, more in (("en", "1,305 more"), ("sv", "1\N{NO-BREAK SPACE}305 till")):
        if "Name 0" in letter(said, language):
            assert more in letter(said, language)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("code", CODES)
def test_words_are_whole_in_every_mode_even_without_evidence(installation, code, mode):
    said = explain(finding(code), installation, mode=mode)

    assert said.sentence and not said.sentence.endswith(".")
    assert said.usually.endswith(".")
    assert said.steps and all(step.who and step.where and step.what.endswith(".") for step in said.steps)
    assert not re.search(r"  |None|\{|\}", everything(said).replace("{id}", ""))
    assert said.means.endswith(".")
    assert {each.language for each in said.customer} == {"en", "sv"}


@pytest.mark.parametrize("code", CODES)
def test_what_rests_on_something_undocumented_says_so(installation, code):
    if CODES[code].rests_on_assumption:
        assert explain(finding(code), installation).assumed


@pytest.mark.parametrize("code", CODES)
def test_a_text_for_the_customer_names_the_account_in_english_and_in_swedish(installation, code):
    said = explain(finding(code), installation)

    assert letter(said).startswith("Hello Customer 410001,\n\n")
    assert letter(said, "sv").startswith("Hej Customer 410001,\n\n")
    for language in ("en", "sv"):
        assert re.search(r"[.?]$", letter(said, language)) and "Acme Ledger" in letter(said, language)


@pytest.mark.parametrize(("country", "languages"), [("SE", ["sv", "en"]), ("NO", ["en", "sv"]), ("", ["en", "sv"])])
def test_the_language_of_the_customers_country_comes_first(installation, country, languages):
    installation.account.country_code = country

    letters = explain(finding("token.rejected"), installation).customer

    assert [each.language for each in letters] == languages


@pytest.mark.parametrize("code", ["field.missing", "webhook.missing", "template_type.missing"])
@pytest.mark.parametrize("mode", [Mode.TOOLKIT, Mode.DEVELOPMENT])
def test_what_we_mend_ourselves_asks_nothing_of_the_customer(installation, code, mode):
    said = explain(finding(code), installation, mode=mode)

    assert "nothing for you to do" in letter(said)
    assert "behöver inte göra något" in letter(said, "sv")


def test_a_right_address_is_told_as_it_would_be_for_this_account(installation):
    change(deal_webhook(installation), callback_url="https://old.acme.example/oneflow")

    said = explain(the(judged(installation), "webhook.misdirected"), installation)

    assert "https://hooks.acme.example/oneflow/410001" in said.how_we_know
    assert "{account_id}" not in everything(said)


@pytest.mark.parametrize("code", RE_ENABLES)
def test_a_remedy_that_costs_the_token_says_so_before_it_is_done(installation, code):
    steps = explain(finding(code), installation).steps

    warned = next(n for n, step in enumerate(steps) if "costs the token" in step.what)
    done = next(n for n, step in enumerate(steps) if step.what.startswith("Disable the extension"))
    assert warned < done


@pytest.mark.parametrize("code", RE_ENABLES)
@pytest.mark.parametrize("mode", [Mode.TOOLKIT, Mode.DEVELOPMENT])
def test_what_the_extension_did_not_make_needs_no_enabling_anew(installation, code, mode):
    assert "disable it" not in everything(explain(finding(code), installation, mode=mode)).lower()
    assert "stäng av" not in everything(explain(finding(code), installation, mode=mode))


@pytest.mark.parametrize("code", ["token.rejected", "token.foreign", "extension.absent", *RE_ENABLES])
def test_whoever_is_asked_to_disable_and_enable_is_told_that_it_ends_a_token(installation, code):
    said = explain(finding(code), installation)

    steps = [step.what for step in said.steps if re.search("disabl", step.what, re.IGNORECASE)]
    assert "costs" in steps[0]
    text = letter(said)
    assert "disable" not in text or re.search(r"ends (the|our present) token", text)
    swedish = letter(said, "sv")
    assert "stäng av" not in swedish or re.search(r"ogiltig|upphör vår nuvarande token", swedish)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("code", CODES)
def test_no_remedy_names_what_the_console_does_not_offer(installation, code, mode):
    assert "confirm it here" not in everything(explain(finding(code), installation, mode=mode))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("code", CODES)
def test_where_the_console_repairs_it_that_comes_first_and_other_ways_are_only_other_ways(installation, code, mode):
    said = explain(finding(code), installation, mode=mode)

    first, *others = said.steps
    if can_repair(finding(code), mode):
        assert (first.who, first.where) == ("you", "this page: Repair…")
        assert others and all(each.otherwise and each.what.startswith("Or, without the console, ") for each in others)
        assert said.who == ("you",)
    else:
        assert not any(each.otherwise or "Repair" in each.where for each in said.steps)


def test_whose_a_webhook_is_is_said_before_a_second_one_is_offered(installation):
    row = Finding(code="webhook.missing", subject="acme_deal", subject_name="Deal", evidence={"may_be_ours": [77]})

    alone = explain(row, installation, mode=Mode.TOOLKIT)
    among = explain(row, installation, mode=Mode.TOOLKIT, others=[finding("webhook.missing")])

    assert alone.who == ("an administrator of this console", "an engineer of yours")
    assert among.who == ("an administrator of this console", "you")


@pytest.mark.parametrize(
    ("code", "mode", "customer"),
    [
        ("field.inactive", Mode.EXTENSION, False),
        ("field.missing", Mode.EXTENSION, True),
        ("field.missing", Mode.TOOLKIT, False),
    ],
)
def test_who_is_counted_to_act_is_who_acts_and_not_who_might_instead(installation, code, mode, customer):
    installation.mode = mode

    who = parties([finding(code)], installation)

    assert (who.customer, who.us) == (customer, True)


def test_a_webhook_that_the_extension_did_not_make_needs_no_enabling_anew(installation):
    change(deal_webhook(installation), integration_instance=None, legacy=True)

    said = explain(the(judged(installation), "webhook.legacy"), installation)

    assert "disable" not in everything(said).lower()


def test_of_two_webhooks_the_one_that_the_extension_did_not_make_can_be_removed(installation):
    row = deal_webhook(installation)
    change(row, pk=None, oneflow_id=row.oneflow_id + 1, integration_instance=None)

    said = explain(the(judged(installation), "webhook.duplicate"), installation)

    assert "disable" not in everything(said).lower()


def test_a_hand_made_account_gets_its_token_by_hand(installation):
    row = Finding(code="token.foreign", evidence={"what": "account", "expected": "410001", "shown": "410002"})

    said = explain(row, installation, mode=Mode.DEVELOPMENT)

    assert "Marketplace → API tokens" in said.steps[0].where
    assert "belongs to another account" in letter(said)
    assert "enable" not in everything(said).lower()


def test_a_refused_token_names_three_possibilities_each_with_its_question(installation):
    said = explain(finding("token.rejected"), installation)

    assert [each.ask[-1] for each in said.may_be] == [".", ".", "?"]
    assert said.assumed


def test_a_sentence_names_its_subject(installation):
    change(deal_field(installation), active=False)

    said = explain(the(judged(installation), "field.inactive"), installation)

    assert said.sentence == 'Field "Deal value" in "Deal" is off'
    assert "active: false" in said.how_we_know


def test_a_changed_field_says_what_it_is_here_and_what_it_should_be(installation):
    change(deal_field(installation), name="Worth")

    said = explain(the(judged(installation), "field.changed"), installation)

    assert 'name is "Worth", in the blueprint "Deal value"' in said.how_we_know


def test_a_deaf_webhook_says_what_it_leaves_out(installation):
    change(deal_webhook(installation), filters=[{"event_types": ["contract:publish"], "workspace_ids": None}])

    said = explain(the(judged(installation), "webhook.deaf"), installation)

    assert "contract:sign, contract:decline" in said.sentence


def test_a_finding_last_known_says_that_it_could_not_be_read_again(installation):
    row = finding("webhook.missing")
    row.last_known = installation.refreshed_at

    assert "could not be read again" in explain(row, installation).how_we_know


def test_what_an_api_that_fails_left_unread_is_said_in_plain_words(installation):
    parts = ["fields/41000110", "fields/41000120", "usable", "webhooks"]
    row = Finding(code="api.failing", evidence={"reasons": ["unavailable"], "parts": parts})

    said = explain(row, installation)

    assert said.how_we_know == (
        "The fields of a template type, the templates that the acting user can use and the webhooks could not be "
        "read: Oneflow did not answer, or answered that it is disturbed."
    )


def test_a_rate_limit_says_what_it_left_unread(installation):
    row = Finding(code="api.limited", evidence={"parts": ["webhooks"]})

    assert explain(row, installation).how_we_know == "The webhooks could not be read: Oneflow answered 429."


def test_a_sentence_stays_a_sentence_however_much_a_webhook_leaves_out(installation):
    row = Finding(code="webhook.deaf", subject="webhook/1", evidence={"workspaces": list(range(10_000, 20_000))})

    said = explain(row, installation)

    assert "workspaces 10000, 10001" in said.sentence and "9,990 more" in said.sentence
    assert len(everything(said)) < 3000


def test_an_answer_of_402_or_403_asks_about_plan_and_account_as_assumed(installation):
    row = Finding(code="api.failing", evidence={"reasons": ["not_permitted"], "parts": ["webhooks"]})

    said = explain(row, installation)

    assert all(each.ask.endswith("?") for each in said.may_be) and len(said.may_be) == 2
    assert "assumed" in said.assumed


def test_nothing_that_looks_alike_lacks_its_question(installation):
    for code, tell in ALIKE.items():
        for _, row in examples.findings(code):
            for each in tell(Case(row, installation, "extension")):
                assert each.what and "?" in each.ask


@pytest.mark.parametrize("code", sorted(code for code in CODES if code.startswith("webhook.")))
def test_a_letter_asks_for_no_more_than_the_first_step_does(installation, code):
    """Oneflow's support is asked first: it can mend a webhook without costing the token."""
    said = explain(finding(code), installation)

    assert said.who[0] == "Oneflow's support"
    assert "for now there is nothing for you to do" in letter(said)
    assert "just nu behöver ni inte göra något" in letter(said, "sv")
