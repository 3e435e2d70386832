"""Parsers: what the reference shows is read; whatever else comes is an object or an UnexpectedAnswer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oneflow.errors import UnexpectedAnswer
from oneflow.objects import (
    Account,
    DataField,
    IntegrationExtension,
    Template,
    TemplateType,
    UsableTemplate,
    User,
    Webhook,
    WebhookFilter,
    Workspace,
)
from tests.oneflow import answers

EXAMPLES: list[tuple[Callable[[object], Any], dict[str, Any]]] = [
    (Account.from_json, answers.ACCOUNT),
    (User.from_json, answers.USER),
    (Workspace.from_json, answers.WORKSPACE),
    (Template.from_json, answers.TEMPLATE),
    (DataField.from_json, answers.DATA_FIELD),
    (TemplateType.from_json, answers.TEMPLATE_TYPE),
    (TemplateType.from_json_with_fields, answers.TEMPLATE_TYPE),
    (Webhook.from_json, answers.WEBHOOK),
    (WebhookFilter.from_json, answers.WEBHOOK["filters"][0]),
    (IntegrationExtension.from_json, answers.EXTENSION),
    (UsableTemplate.from_json, answers.USABLE_WORKSPACE),
]
# Values that look nearly right, beside arbitrary ones.
HARD_VALUES = [None, True, 0, -1, 1.5, "", "1", "a\0b", "\ud800", 2**63, 10**400, [], {}, [None], [{}], "x" * 10_001]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(HARD_VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def with_one_change(example: Any) -> st.SearchStrategy[Any]:
    """The example with something else in one place, however deep."""
    if isinstance(example, dict) and example:
        return st.one_of(
            [
                with_one_change(value).map(lambda changed, key=key: {**example, key: changed})
                for key, value in example.items()
            ]
            + [st.sampled_from(sorted(example)).map(lambda key: {k: example[k] for k in example if k != key})]
        )
    if isinstance(example, list) and example:
        return with_one_change(example[0]).map(lambda changed: [changed, *example[1:]]) | ANY_JSON
    return ANY_JSON


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))


def parsed(parse: Callable[[object], Any], data: object) -> Any:
    try:
        result = parse(data)
    except UnexpectedAnswer as exc:
        return exc
    for text in texts_in(result):
        # What is stored must fit a database: UTF-8 without NUL.
        assert "\0" not in text
        text.encode("utf-8")
    return result


@pytest.mark.parametrize(("parse", "example"), EXAMPLES)
@settings(max_examples=40)
@given(data=st.data())
def test_any_json_is_an_object_or_an_unexpected_answer(
    parse: Callable[[object], Any], example: Any, data: st.DataObject
) -> None:
    parsed(parse, data.draw(ANY_JSON))


@pytest.mark.parametrize(("parse", "example"), EXAMPLES)
@settings(max_examples=40)
@given(data=st.data())
def test_an_example_changed_anywhere_is_an_object_or_an_unexpected_answer(
    parse: Callable[[object], Any], example: Any, data: st.DataObject
) -> None:
    parsed(parse, data.draw(with_one_change(example)))


def test_control_codes_that_a_terminal_would_obey_are_taken_out() -> None:
    name = "\x1b]0;mine\x07\x9b2JNorrsken\x7f\r\n\tKonsult"

    assert Account.from_json({**answers.ACCOUNT, "name": name}).name == "]0;mine2JNorrsken\r\n\tKonsult"


@pytest.mark.parametrize(("parse", "example"), EXAMPLES)
def test_unknown_keys_are_ignored(parse: Callable[[object], Any], example: dict[str, Any]) -> None:
    assert parse({**example, "new_in_2027": {"a": [1]}}) == parse(example)


@pytest.mark.parametrize(("parse", "example"), EXAMPLES)
def test_a_message_names_no_value(parse: Callable[[object], Any], example: dict[str, Any]) -> None:
    for key in example:
        result = parsed(parse, {**example, key: {"secret": ["hush-hush"]}})
        assert "hush-hush" not in repr(result)


def test_an_account_is_read() -> None:
    assert Account.from_json(answers.ACCOUNT) == Account(
        id=410021,
        name="Norrsken Konsult AB",
        country_code="SE",
        registration_number="559900-1234",
        created_time=datetime(2023, 2, 1, 8, tzinfo=UTC),
        integration_id=7701,
        integration_key="acme_ledger",
    )


def test_a_hand_made_token_has_no_integration_id() -> None:
    account = Account.from_json({**answers.ACCOUNT, "token_info": {"integration": {"id": None, "key": "custom"}}})

    assert (account.integration_id, account.integration_key) == (None, "custom")


@pytest.mark.parametrize("token_info", [None, {}, {"integration": None}, {"integration": {"id": 7701}}])
def test_an_account_that_does_not_tell_whose_token_it_is_is_not_understood(token_info: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="key"):
        Account.from_json({**answers.ACCOUNT, "token_info": token_info})


def test_a_user_is_read() -> None:
    assert User.from_json(answers.USER) == User(52010, "Maja Lind", "maja.lind@norrsken.example", True, True)


@pytest.mark.parametrize("key", ["id", "email", "active"])
def test_a_user_without_what_a_verdict_rests_on_is_not_understood(key: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=f"user: {key}"):
        User.from_json({k: v for k, v in answers.USER.items() if k != key})


@pytest.mark.parametrize("wrong", [True, 1.0, "52010", 0, -5, 2**63, None, [], {}])
def test_an_id_is_a_positive_whole_number(wrong: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="user: id is not a positive whole number"):
        User.from_json({**answers.USER, "id": wrong})


@pytest.mark.parametrize("wrong", [1, 0, "true", None, []])
def test_a_flag_is_true_or_false(wrong: Any) -> None:
    with pytest.raises(UnexpectedAnswer, match="user: active is not true or false"):
        User.from_json({**answers.USER, "active": wrong})


def test_what_a_database_would_refuse_is_taken_out_of_texts() -> None:
    user = User.from_json({**answers.USER, "name": json.loads('"Ma\\u0000ja \\ud800 Ö"')})

    assert user.name == "Maja ? Ö"


def test_a_text_beyond_ten_thousand_characters_is_not_understood() -> None:
    assert User.from_json({**answers.USER, "name": "x" * 10_000})
    with pytest.raises(UnexpectedAnswer, match="user: name"):
        User.from_json({**answers.USER, "name": "x" * 10_001})


def test_a_workspace_is_read() -> None:
    assert Workspace.from_json(answers.WORKSPACE) == Workspace(13001, "Sales", "SE", "559900-1234", True)


def test_a_workspace_without_permissions_lets_nobody_create() -> None:
    assert not Workspace.from_json({"id": 1, "name": "Sales"}).can_create_contract


def test_a_template_is_read() -> None:
    assert Template.from_json(answers.TEMPLATE) == Template(
        17001, "Engagement letter", True, 5201, "acme_ledger", (13001,)
    )


def test_a_template_without_name_and_type_is_read() -> None:
    template = Template.from_json({"id": 17001, "name": None, "template_type": None, "template_active": False})

    assert template == Template(17001, "", False, None, None, ())


def test_a_template_type_is_read_with_its_fields() -> None:
    template_type = TemplateType.from_json(answers.TEMPLATE_TYPE)

    assert (template_type.id, template_type.extension_type, template_type.active) == (5201, "acme_ledger", True)
    assert template_type.data_fields == (
        DataField(90411, "customer_number", "Customer number", "Number in the ledger", "e.g. 10042", True, "system"),
    )


def test_a_template_type_made_by_hand_has_no_extension_type() -> None:
    assert TemplateType.from_json({**answers.TEMPLATE_TYPE, "extension_type": None}).extension_type is None


@pytest.mark.parametrize("answer", [{}, {"data_fields": None}])
def test_fields_that_are_not_told_are_not_no_fields(answer: dict[str, Any]) -> None:
    single = {k: v for k, v in answers.TEMPLATE_TYPE.items() if k != "data_fields"} | answer

    assert TemplateType.from_json(single).data_fields == ()
    with pytest.raises(UnexpectedAnswer, match="data_fields"):
        TemplateType.from_json_with_fields(single)


def test_a_custom_id_is_read_flat_and_nested() -> None:
    flat = answers.DATA_FIELD
    nested = {k: v for k, v in flat.items() if k != "custom_id"}
    nested["_private_ownerside"] = {"custom_id": "customer_number"}

    assert DataField.from_json(nested) == DataField.from_json(flat)


def test_a_field_may_have_no_custom_id_but_must_say_so() -> None:
    unsaid = {k: v for k, v in answers.DATA_FIELD.items() if k != "custom_id"}

    assert DataField.from_json({**unsaid, "custom_id": None}).custom_id == ""
    with pytest.raises(UnexpectedAnswer, match="custom_id"):
        DataField.from_json(unsaid)


def test_an_unknown_source_stays_a_string() -> None:
    assert DataField.from_json({**answers.DATA_FIELD, "source": "playbook"}).source == "playbook"


def test_a_webhook_is_read_without_its_secrets() -> None:
    webhook = Webhook.from_json(answers.WEBHOOK)

    assert webhook == Webhook(
        id=20565,
        callback_url="https://hooks.acme.example/oneflow/410021",
        filters=(WebhookFilter(("contract:publish", "contract:sign"), (13001,)),),
        template_group_id=5201,
        integration_instance=7701,
        legacy=False,
    )
    assert "kontor-sign-key-2025" not in repr(webhook)
    assert "hook-password" not in repr(webhook)


@pytest.mark.parametrize("missing", ["id", "webhook_id"])
def test_a_webhook_has_its_id_under_either_name(missing: str) -> None:
    webhook = {k: v for k, v in answers.WEBHOOK.items() if k != missing}

    assert Webhook.from_json(webhook).id == 20565


@pytest.mark.parametrize("filters", [None, []])
def test_a_webhook_may_have_no_filters(filters: Any) -> None:
    assert Webhook.from_json({**answers.WEBHOOK, "filters": filters}).filters == ()


def test_a_filter_without_a_rule_of_a_kind_lets_all_of_that_kind_through() -> None:
    only_events = {"filter_rules": [{"type": "EVENT_TYPE", "values": ["contract:sign"]}]}

    assert WebhookFilter.from_json(only_events) == WebhookFilter(("contract:sign",), None)


def test_rules_of_one_kind_in_one_filter_must_all_hold() -> None:
    twice = {
        "filter_rules": [
            {"type": "EVENT_TYPE", "values": ["contract:sign", "contract:publish"]},
            {"type": "EVENT_TYPE", "values": ["contract:sign", "contract:delete"]},
        ]
    }

    assert WebhookFilter.from_json(twice).event_types == ("contract:sign",)


def test_a_rule_of_an_unknown_kind_is_ignored() -> None:
    assert WebhookFilter.from_json({"filter_rules": [{"type": "FOLDER", "values": [{}]}]}) == WebhookFilter(None, None)


@pytest.mark.parametrize(
    "filter_", [{}, {"filter_rules": None}, {"filter_rules": [{"type": "EVENT_TYPE"}]}, {"filter_rules": [{}]}]
)
def test_a_filter_that_does_not_say_what_it_lets_through_is_not_understood(filter_: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        WebhookFilter.from_json(filter_)


@pytest.mark.parametrize("key", ["extension_type", "key", "type"])
@pytest.mark.parametrize(
    ("flag", "enabled"),
    [
        ({"enabled": True}, True),
        ({"enabled": False}, False),
        ({"active": False}, False),
        ({"state": "enabled"}, True),
        ({"state": "disabled"}, False),
    ],
)
def test_an_extension_is_read_under_each_name_that_its_keys_may_have(
    key: str, flag: dict[str, Any], enabled: bool
) -> None:
    extension = IntegrationExtension.from_json({key: "acme_ledger", "name": "Acme Ledger", **flag})

    assert extension == IntegrationExtension(None, "Acme Ledger", "acme_ledger", enabled)


@pytest.mark.parametrize(
    "extension",
    [
        {"enabled": True},
        {"extension_type": "", "enabled": True},
        {"extension_type": "acme_ledger"},
        {"extension_type": "acme_ledger", "enabled": "yes"},
        {"extension_type": "acme_ledger", "state": "paused"},
    ],
)
def test_an_extension_that_does_not_say_its_key_or_state_is_not_understood(extension: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        IntegrationExtension.from_json(extension)


def test_usable_templates_know_their_workspace() -> None:
    assert UsableTemplate.from_json(answers.USABLE_WORKSPACE) == (
        UsableTemplate(13001, "Sales", 17001, "Engagement letter", 5201, "acme_ledger"),
    )
