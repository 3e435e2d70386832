"""What a plan writes: everything that was there, and of everything else only what was asked for and may be done."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extensions.mappings.repairing.comparing import moved, taken
from extensions.mappings.repairing.guarding import demand_whole
from extensions.mappings.repairing.operations import Kind, Operation
from extensions.mappings.repairing.planning import left_to_undo, plan, undoing
from extensions.mappings.repairing.plans import Call, Fate, Plan
from extensions.mappings.repairing.refusing import Refused
from oneflow.kept import KeptField, KeptWebhook
from tests.mappings.repairs import ACCOUNT, OURS, ROLE, TYPE, context, field, kept, of_field, reading, webhook

TEXT = st.text(max_size=8) | st.sampled_from(["\0", "\ud800", " ", "x" * 1100])
ODD_IDS = st.sampled_from(["deal_value ", "Deal_Value", "", "\ud800", "a\0b", "c::x", "påfält", "x" * 300])


@st.composite
def fields(draw: st.DrawFn) -> list[KeptField]:
    """Any fields: ours or not, of any source, on or off, oddly named, some twice."""
    custom_ids = draw(st.lists(st.sampled_from(OURS) | ODD_IDS | st.text(max_size=6), max_size=12))
    if draw(st.booleans()):
        custom_ids = list(dict.fromkeys(custom_ids))
    sources = st.sampled_from(["user", "system", "", "robot"])
    shown = []
    for number, custom_id in enumerate(custom_ids, start=1):
        texts = draw(
            st.dictionaries(st.sampled_from(["name", "description", "placeholder", "value"]), TEXT | st.none())
        )
        odd = {"id": number, "custom_id": custom_id, "active": draw(st.booleans()), "source": draw(sources)}
        shown.append(KeptField.from_json({**odd, **texts}))
    return shown


# How many fields of the customer's own there are beside them.
OWN = st.sampled_from([0, 0, 1, 296, 300])


def own_fields(number: int) -> list[KeptField]:
    return [field(f"own_{each}", id=1000 + each) for each in range(number)]


OPERATIONS = st.lists(
    st.builds(
        Operation,
        st.sampled_from([kind for kind in Kind if kind.of_field]),
        st.just(ROLE),
        st.sampled_from(OURS) | ODD_IDS,
    ),
    min_size=1,
    max_size=4,
).map(tuple)


@given(
    fields(), OWN, OPERATIONS, st.sampled_from(["toolkit", "extension", "development"]), st.sampled_from([None, ROLE])
)
def test_the_body_holds_every_field_that_was_there_unless_its_removal_was_asked_for_by_name(
    here: list[KeptField], own: int, operations: tuple[Operation, ...], mode: str, extension_type: str | None
) -> None:
    here = here + own_fields(own)
    account = kept(*here, extension_type=extension_type)
    former = _plan_of(kept(), Operation(Kind.ADD_FIELD, ROLE, "deal_value"))
    try:
        made = plan(operations, reading(account), context(mode=mode), former)
    except Refused as refused:
        assert refused.sentence
        return

    sent = {each["custom_id"]: each for each in made.write.body["data_fields"]}
    assert len(sent) == len(made.write.body["data_fields"])
    asked_away = {each.custom_id for each in operations if each.kind is Kind.REMOVE_FIELD}
    named = {each.custom_id for each in operations}
    for each in here:
        if each.custom_id in asked_away:
            assert each.custom_id in made.removes
            continue
        assert each.custom_id in sent
        if each.custom_id not in named:
            assert sent[each.custom_id] == each.as_body()
        elif each.is_systems:
            assert {**sent[each.custom_id], "active": each.active} == each.as_body()
    assert sent.keys() - {each.custom_id for each in here} <= named & set(OURS)
    assert not {each.custom_id for each in here if not each.is_systems and each.custom_id not in OURS} & named
    json.dumps(made.as_json())


@pytest.mark.parametrize("shown", ["", None])
def test_an_empty_text_arrived_whether_it_is_shown_as_empty_or_as_null(shown: str | None) -> None:
    made = plan(of_field(Kind.ADD_FIELD, "deal_value"), reading(kept(field("own"))), context())
    sent = next(each for each in made.write.body["data_fields"] if each["custom_id"] == "deal_value")
    texts = {name: sent[name] or shown for name in ("name", "description", "placeholder")}

    assert taken(made, reading(kept(field("own"), field("deal_value", value=shown, **texts)))).is_all
    lost = field("deal_value", **{**texts, "name": None})
    assert taken(made, reading(kept(field("own"), lost))).ignored


@given(fields())
def test_a_plan_comes_back_from_the_vault_as_it_went_in(here: list[KeptField]) -> None:
    account = kept(*here, field("vat_exempt", active=False))
    try:
        made = plan(of_field(Kind.ACTIVATE_FIELD, "vat_exempt"), reading(account), context())
    except Refused:
        assume(False)

    stored = json.loads(json.dumps(made.as_json()))

    assert Plan.from_json(stored) == made
    assert moved(Plan.from_json(stored), reading(account), context()) == []


def test_three_hundred_fields_of_the_customers_own_are_sent_back() -> None:
    own = [field(f"own_{number}", value=f"v{number}") for number in range(299)]
    made = plan(of_field(Kind.ADD_FIELD, "deal_value"), reading(kept(*own)), context())

    sent = made.write.body["data_fields"]
    assert [each["custom_id"] for each in sent] == [*(f"own_{number}" for number in range(299)), "deal_value"]
    assert [row.fate for row in made.rows].count(Fate.KEPT) == 299
    with pytest.raises(Refused, match="301 fields"):
        plan(of_field(Kind.ADD_FIELD, "deal_value"), reading(kept(*own, field("own_x"))), context())


@pytest.mark.parametrize(
    ("here", "words"),
    [
        ([field("deal_value", active=False), field("")], "no custom_id"),
        ([field("deal_value", active=False), field("own", id=5), field("own", id=6)], "several fields"),
        ([field("deal_value", active=True)], "on already"),
        ([field("customer_number")], "not in"),
    ],
)
def test_what_cannot_be_written_safely_is_refused_with_a_remedy(here: list[KeptField], words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        plan(of_field(Kind.ACTIVATE_FIELD, "deal_value"), reading(kept(*here)), context())

    assert caught.value.remedy


@pytest.mark.parametrize(
    ("kind", "custom_id", "here", "mode", "words"),
    [
        (Kind.ADD_FIELD, "deal_value", [], "extension", "made by the extension"),
        (Kind.ADD_FIELD, "other", [], "toolkit", "no field"),
        (Kind.ACTIVATE_FIELD, "own", [field("own", active=False)], "toolkit", "not of our blueprint"),
        (Kind.ACTIVATE_FIELD, "deal_value", [field("deal_value", active=False)], "extension", "made by a user"),
        (Kind.REMOVE_FIELD, "deal_value", [field("deal_value", source="system")], "toolkit", "the extension's"),
        (Kind.REMOVE_FIELD, "own", [field("own")], "toolkit", "may be the customer's own"),
        (Kind.RESTORE_FIELD, "deal_value", [], "toolkit", "only undoes"),
        (Kind.DEACTIVATE_FIELD, "deal_value", [field("deal_value")], "toolkit", "only undoes"),
    ],
)
def test_what_is_not_ours_is_not_written(kind: Kind, custom_id: str, here: Any, mode: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        plan(of_field(kind, custom_id), reading(kept(*here)), context(mode=mode))

    assert caught.value.remedy


def test_a_system_field_is_switched_on_and_the_rest_of_it_left() -> None:
    off = field("deal_value", active=False, source="system", name="Deal value (old)", value="7")
    made = _plan_of(kept(off, extension_type=ROLE), *of_field(Kind.ACTIVATE_FIELD, "deal_value"), mode="extension")

    assert made.write.body == {"data_fields": [{**off.as_body(), "active": True}]}
    assert made.assumed
    assert made.removes == ()
    changed = [cell.attribute for cell in made.rows[0].cells if cell.changes]
    assert changed == ["active"]


def test_what_no_write_is_known_to_take_is_told() -> None:
    odd = field("own", kind="checkbox", options=[1])
    made = _plan_of(kept(field("deal_value", active=False), odd), *of_field(Kind.ACTIVATE_FIELD, "deal_value"))

    assert made.assumed[0].startswith("Of these fields Oneflow also shows kind, options,")
    assert "kind" not in made.write.body["data_fields"][1]


def test_a_missing_type_is_made_and_cannot_be_unmade() -> None:
    made = plan((Operation(Kind.CREATE_TEMPLATE_TYPE, ROLE),), reading(), context())

    assert (made.write.call, made.write.body) == (Call.CREATE_TEMPLATE_TYPE, {"name": "Deal", "description": "A deal"})
    with pytest.raises(Refused, match="cannot be removed"):
        undoing(made, 5300)
    with pytest.raises(Refused, match="already"):
        plan((Operation(Kind.CREATE_TEMPLATE_TYPE, ROLE),), reading(kept()), context())
    with pytest.raises(Refused, match="extension makes") as caught:
        plan((Operation(Kind.CREATE_TEMPLATE_TYPE, ROLE),), reading(), context(mode="extension"))
    assert "costs the token" in caught.value.remedy


def test_a_webhook_is_made_at_the_extensions_own_address() -> None:
    made = plan((Operation(Kind.CREATE_WEBHOOK, ROLE),), reading(kept()), context(has_sign_key=True))

    assert made.write.body == {
        "callback_url": f"https://hooks.acme.example/oneflow/{ACCOUNT}",
        "filters": [{"filter_rules": [{"type": "EVENT_TYPE", "values": ["contract:publish", "contract:sign"]}]}],
        "template_group_id": TYPE,
    }
    assert made.write.signed


def test_where_a_pattern_leaves_the_address_open_it_is_asked_for() -> None:
    open_pattern = context(callback_urls=("https://hooks.acme.example/*/{account_id}",))
    with pytest.raises(Refused, match="leave open"):
        plan((Operation(Kind.CREATE_WEBHOOK, ROLE),), reading(kept()), open_pattern)

    url = f"https://hooks.acme.example/eu/{ACCOUNT}"
    made = plan((Operation(Kind.CREATE_WEBHOOK, ROLE, url=url),), reading(kept()), open_pattern)
    assert made.write.body["callback_url"] == url


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/oneflow/410001",
        "https://hooks.acme.example/oneflow/410002",
        "http://hooks.acme.example/oneflow/410001",
        "https://user:pw@hooks.acme.example/oneflow/410001",
        "https://hooks.acme.example/oneflow/{account_id}",
        "https://hooks.acme.example/oneflow/*",
        "https://hooks.acme.example/oneflow/410001\u200b",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_an_address_that_is_not_right_is_not_written(url: str) -> None:
    for kind, number in ((Kind.CREATE_WEBHOOK, 0), (Kind.CORRECT_WEBHOOK_URL, 77)):
        there = [] if kind is Kind.CREATE_WEBHOOK else [webhook()]
        with pytest.raises(Refused, match="cannot be used"):
            plan(
                (Operation(kind, ROLE, webhook=number, url=url),),
                reading(kept(), *there),
                context(remembered=frozenset({77})),
            )


def test_a_corrected_address_leaves_everything_else_of_the_webhook() -> None:
    made = plan(
        (Operation(Kind.CORRECT_WEBHOOK_URL, webhook=77),),
        reading(kept(), webhook()),
        context(remembered=frozenset({77}), has_sign_key=True),
    )

    right = f"https://hooks.acme.example/oneflow/{ACCOUNT}"
    assert made.write.body == {**webhook().as_body(), "callback_url": right}
    assert made.write.signed, "Oneflow showed no sign key, which a PUT might lose"
    assert "geheim" not in repr(made)
    assert undoing(made, 0) == (Operation(Kind.RESTORE_WEBHOOK_URL, webhook=77),)
    back = plan(
        undoing(made, 0), reading(kept(), webhook(callback_url=right)), context(remembered=frozenset({77})), made
    )
    assert back.write.body["callback_url"] == f"https://old.acme.example/oneflow/{ACCOUNT}"


@pytest.mark.parametrize(
    ("there", "known", "mode", "words"),
    [
        (webhook(integration_instance=7701), frozenset(), "toolkit", "made by an extension"),
        (webhook(), frozenset(), "toolkit", "not known to be ours"),
        (webhook(), frozenset({77}), "extension", "extension made"),
        (webhook(78), frozenset({77}), "toolkit", "lists no webhook"),
    ],
)
def test_a_webhook_that_is_not_ours_is_left_alone(there: Any, known: Any, mode: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        plan(
            (Operation(Kind.CORRECT_WEBHOOK_URL, webhook=77),),
            reading(kept(), there),
            context(remembered=known, mode=mode),
        )


@pytest.mark.parametrize(
    ("there", "known", "refused"),
    [
        (webhook(), {}, True),
        (webhook(), {"disowned": frozenset({77})}, False),
        (webhook(template_group_id=9), {}, False),
        (webhook(integration_instance=7701), {}, False),
        (webhook(callback_url="https://crm.customer.example/in"), {}, False),
    ],
)
def test_beside_a_webhook_that_may_be_ours_no_second_is_made(there: Any, known: Any, refused: bool) -> None:
    create = (Operation(Kind.CREATE_WEBHOOK, ROLE),)
    if refused:
        with pytest.raises(Refused, match=r"Webhook 77 .* may be ours"):
            plan(create, reading(kept(), there), context(**known))
    else:
        assert plan(create, reading(kept(), there), context(**known)).rows


def test_one_repair_is_one_write() -> None:
    both = (Operation(Kind.ADD_FIELD, ROLE, "deal_value"), Operation(Kind.CREATE_WEBHOOK, ROLE))
    for wrong in ((), both, of_field(Kind.ADD_FIELD, "deal_value", "deal_value")):
        with pytest.raises(Refused):
            plan(wrong, reading(kept()), context())


def test_removing_is_undone_from_the_snapshot() -> None:
    before = field("deal_value", value="9 000", placeholder="kr")
    made = _plan_of(kept(before, field("own")), *of_field(Kind.REMOVE_FIELD, "deal_value"))
    assert made.removes == ("deal_value",)
    assert [each["custom_id"] for each in made.write.body["data_fields"]] == ["own"]

    back = plan(undoing(made, 0), reading(kept(field("own"))), context(), Plan.from_json(made.as_json()))

    assert back.write.body["data_fields"][-1] == before.as_body()
    assert "another id" in " ".join(back.not_undone)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (kept(field("deal_value", active=False), field("own")), []),
        (kept(field("own"), field("deal_value", active=False)), []),
        (kept(field("deal_value", active=False), field("own", value="y")), ["Field own differs: value."]),
        (kept(field("deal_value", active=False)), ["Field own is gone."]),
        (kept(field("deal_value", active=False), field("own"), field("new")), ["Field new is new."]),
        (kept(field("deal_value"), field("own")), ["Field deal_value differs: active."]),
        (None, ["The template type is gone."]),
    ],
)
def test_what_moved_since_the_plan_is_told_without_values(now: Any, words: list[str]) -> None:
    made = _plan_of(kept(field("deal_value", active=False), field("own")), *of_field(Kind.ACTIVATE_FIELD, "deal_value"))

    assert moved(made, reading(now), context()) == words


@pytest.mark.parametrize(
    ("after", "ignored", "lost", "others"),
    [
        ([field("deal_value"), field("own")], 0, 0, 0),
        ([field("deal_value", active=False), field("own")], 1, 0, 0),
        ([field("deal_value")], 0, 1, 0),
        ([field("deal_value"), field("own", value="y")], 0, 0, 1),
        ([field("deal_value"), field("own"), field("new")], 0, 0, 1),
    ],
)
def test_reading_back_tells_what_was_ignored_lost_or_is_somebody_elses(
    after: list[KeptField], ignored: int, lost: int, others: int
) -> None:
    made = _plan_of(kept(field("deal_value", active=False), field("own")), *of_field(Kind.ACTIVATE_FIELD, "deal_value"))

    found = taken(made, reading(kept(*after)))

    assert (len(found.ignored), len(found.lost), len(found.others)) == (ignored, lost, others)


def test_what_was_made_is_found_again_by_being_new() -> None:
    made = plan((Operation(Kind.CREATE_WEBHOOK, ROLE),), reading(kept(), webhook(5, template_group_id=9)), context())
    right = {name: made.write.body[name] for name in ("callback_url", "filters")}
    there = webhook(5, template_group_id=9)

    found = taken(made, reading(kept(), there, webhook(80, **right)))
    assert (found.made, found.is_all) == (80, True)
    assert taken(made, reading(kept(), there)).ignored
    assert taken(made, reading(kept(), there, webhook(80, **right), webhook(81, **right))).others


@pytest.mark.parametrize(
    ("now", "values", "undone"),
    [
        ([field("deal_value"), field("own")], {}, ["deactivate_field deal_value"]),
        ([field("deal_value", active=False), field("own")], {}, []),
        ([field("deal_value")], {}, ["deactivate_field deal_value", "restore_field own"]),
        ([field("own")], {}, ["restore_field deal_value"]),
        ([field("deal_value")], {"mode": "extension"}, ["deactivate_field deal_value"]),
        ([field("own")], {"mode": "extension"}, []),
    ],
)
def test_undoing_takes_back_what_was_taken_and_makes_anew_what_is_gone(
    now: list[KeptField], values: dict[str, Any], undone: list[str]
) -> None:
    before = kept(field("deal_value", active=False, source="system"), field("own"), field("o\n"), extension_type=None)
    done = _plan_of(before, *of_field(Kind.ACTIVATE_FIELD, "deal_value"))

    def left() -> list[str]:
        found = left_to_undo(undoing(done, 0), done, reading(kept(*now)), context(**values))
        return [f"{each.kind} {each.custom_id}" for each in found]

    if undone:
        assert left() == undone, "and no field that no operation can name"
        return
    with pytest.raises(Refused, match="nothing to undo") as caught:
        left()
    assert caught.value.remedy


MENDS = {"absent": Kind.ADD_FIELD, "off": Kind.ACTIVATE_FIELD, "on": Kind.REMOVE_FIELD}
WHERE = st.fixed_dictionaries({each: st.sampled_from(sorted(MENDS)) for each in OURS})
OWN_IDS = st.lists(ODD_IDS | st.text(max_size=6), unique=True, max_size=6)


@given(WHERE, OWN_IDS, st.lists(st.sampled_from(OURS), unique=True, min_size=1), st.data())
def test_whatever_came_of_a_write_undoing_it_sends_back_every_field_that_is_there(
    where: dict[str, str], own: list[str], named: list[str], data: st.DataObject
) -> None:
    ours = [field(each, active=state == "on") for each, state in where.items() if state != "absent"]
    before = [*ours, *(field(each) for each in own if each and each not in OURS)]
    operations = tuple(Operation(MENDS[where[each]], ROLE, each) for each in named)
    done = plan(operations, reading(kept(*before)), context())
    sent = [KeptField.from_json({"id": 7, "source": "user", **each}) for each in done.write.body["data_fields"]]
    any_of_both = st.lists(st.sampled_from([*before, *sent]), unique_by=lambda each: each.custom_id)
    now = data.draw(any_of_both) if before or sent else []
    here = reading(kept(*now))
    try:
        undo = plan(left_to_undo(undoing(done, 0), done, here, context()), here, context(), done)
    except Refused as refused:
        assert "nothing to undo" in refused.sentence
        return

    sent_back = {each["custom_id"] for each in undo.write.body["data_fields"]}
    assert {each.custom_id for each in now} - sent_back == undo.confirmable
    assert undo.confirmable <= {*undo.removes} & {*named}
    assert {
        each.custom_id for each in before if each.custom_id.isprintable() and len(each.custom_id) < 256
    } <= sent_back
    assert Plan.from_json(json.loads(json.dumps(undo.as_json()))) == undo


def test_a_webhook_that_is_not_known_is_not_removed() -> None:
    made = plan((Operation(Kind.CREATE_WEBHOOK, ROLE),), reading(kept()), context())

    with pytest.raises(Refused, match="not known") as caught:
        undoing(made, 0)
    assert caught.value.remedy


BOTH = ["contract:publish", "contract:sign"]


def hears(*event_types: str) -> dict[str, Any]:
    """A filter that lets these event types through."""
    return {"filter_rules": [{"type": "EVENT_TYPE", "values": list(event_types)}]}


@pytest.mark.parametrize(
    ("wanted", "shown", "as_sent"),
    [
        (BOTH, [hears(*BOTH)], True),
        (BOTH, [hears(*reversed(BOTH))], True),
        (BOTH, [{**hears(*BOTH), "id": 5}], True),
        (BOTH, [hears("contract:sign")], False),
        (BOTH, [hears(*BOTH, "contract:decline")], False),
        (BOTH, [hears(*BOTH), hears("contract:decline")], False),
        (BOTH, None, False),
        (BOTH, [], False),
        (BOTH, "all", False),
        ([], None, True),
        ([], [], True),
        ([], [hears("contract:sign")], False),
    ],
)
def test_a_webhook_that_was_made_is_as_sent_only_if_it_hears_what_was_asked(
    wanted: list[str], shown: Any, as_sent: bool
) -> None:
    here = context()
    here.wanted[ROLE][0].event_types = wanted
    made = plan((Operation(Kind.CREATE_WEBHOOK, ROLE),), reading(kept()), here)

    found = taken(made, reading(kept(), webhook(80, callback_url=made.write.body["callback_url"], filters=shown)))

    assert (found.made, found.is_all) == (80, as_sent)
    assert found.others == (() if as_sent else ("The webhook is not as it was sent: filters.",))


def seen(pk: int = 77, **changed: Any) -> KeptWebhook:
    """The webhook as Oneflow lists it, without the keys that are given as None."""
    shown = {"id": pk, **webhook(pk).shown, **changed}
    return KeptWebhook.from_json({name: value for name, value in shown.items() if value is not None})


KEY = {"sign_key": "k" * 32}
GONE: dict[str, Any] = {"sign_key": None}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, ""),
        (KEY, KEY, ""),
        (KEY, GONE, "sign_key"),
        (KEY, {"sign_key": ""}, "sign_key"),
        (KEY, {**GONE, "filters": None}, "filters, sign_key"),
        ({}, {"filters": None, "configuration": None}, "configuration, filters"),
        ({}, {"template_group_id": None}, "template_group_id"),
        # Oneflow may not show a sign key at all, or show it empty.
        ({}, KEY, ""),
        ({"sign_key": ""}, GONE, ""),
        ({"sign_key": ""}, {"sign_key": ""}, ""),
    ],
)
def test_what_a_webhook_no_longer_shows_after_its_correction_is_told(
    before: dict[str, Any], after: dict[str, Any], told: str
) -> None:
    correct = (Operation(Kind.CORRECT_WEBHOOK_URL, webhook=77),)
    made = plan(correct, reading(kept(), seen(**before)), context(remembered=frozenset({77})))
    right = made.write.body["callback_url"]

    found = taken(made, reading(kept(), seen(callback_url=right, **after)))

    assert found.others == ((f"The webhook is not as it was sent: {told}.",) if told else ())
    assert found.is_all is (not told)


@pytest.mark.parametrize("signed", [True, False])
def test_a_sign_key_that_was_hidden_before_is_not_missed_afterwards(signed: bool) -> None:
    hidden = webhook(sign_key=None)
    correct = (Operation(Kind.CORRECT_WEBHOOK_URL, webhook=77),)
    made = plan(correct, reading(kept(), hidden), context(remembered=frozenset({77}), has_sign_key=signed))

    assert taken(made, reading(kept(), seen(callback_url=made.write.body["callback_url"]))).is_all


def test_an_address_that_is_no_longer_shown_was_not_taken() -> None:
    correct = (Operation(Kind.CORRECT_WEBHOOK_URL, webhook=77),)
    made = plan(correct, reading(kept(), webhook()), context(remembered=frozenset({77})))

    assert taken(made, reading(kept(), seen(callback_url=None))).ignored


@given(fields(), st.sets(st.sampled_from([*OURS, "own_0"])), st.data())
def test_the_guard_lets_no_body_through_that_leaves_out_what_nobody_confirmed(
    here: list[KeptField], confirmed: set[str], data: st.DataObject
) -> None:
    body = [each.as_body() for each in here]
    left = data.draw(st.lists(st.sampled_from(body), unique_by=id) if body else st.just([]))
    lost = {each.custom_id for each in here} - {each["custom_id"] for each in left}
    if lost <= confirmed:
        demand_whole(left, kept(*here), confirmed)
        return
    with pytest.raises(Refused):
        demand_whole(left, kept(*here), confirmed)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"kind": "drop_table"},
        {"kind": 5},
        {"kind": "add_field", "role": 5},
        {"kind": "add_field", "custom_id": "a\0"},
        {"kind": "add_field", "custom_id": "\ud800"},
        {"kind": "add_field", "custom_id": "x" * 256},
        {"kind": "correct_webhook_url", "webhook": True},
        {"kind": "correct_webhook_url", "webhook": -1},
        {"kind": "correct_webhook_url", "webhook": 2**63},
        {"kind": "correct_webhook_url", "webhook": "7"},
        {"kind": "correct_webhook_url", "url": "x" * 1001},
    ],
)
def test_an_operation_that_is_none_is_refused(data: Any) -> None:
    with pytest.raises(Refused, match="not understood"):
        Operation.from_json(data)


def _plan_of(account: Any, *operations: Operation, mode: str = "toolkit") -> Plan:
    return plan(operations, reading(account), context(mode=mode))


def test_a_type_made_by_the_extension_is_not_added_to_in_any_mode() -> None:
    with pytest.raises(Refused, match="made by the extension"):
        _plan_of(replace(kept(), extension_type=ROLE), *of_field(Kind.ADD_FIELD, "deal_value"))
