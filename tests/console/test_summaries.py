"""What was summed up agrees with what the accounts have, after whatever happened to them and to the versions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from random import Random
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from console import pruning, refreshing, tasks
from console.installation.verbs import set_blueprint
from extensions.blueprints import drafting, editing, loading, releasing
from extensions.blueprints.content import as_document, content_of
from extensions.blueprints.document import read
from extensions.blueprints.models import Blueprint, BlueprintField, BlueprintTemplateType, Extension
from extensions.installations import connecting, moving, reference, rollouts
from extensions.installations import snapshot as parts
from extensions.installations.models import Installation
from extensions.installations.rollouts import Refused
from extensions.mappings import summing
from extensions.mappings.conformance import Chosen, Condition, Contents, Found, look, standings
from extensions.mappings.gathering import Scope
from extensions.mappings.inspecting import OF_BLUEPRINT, State
from extensions.mappings.models import Summary
from extensions.mappings.repairing.plans import Call, Plan, Write
from extensions.mappings.repairing.remembering import read_soon, remember
from tests.connected import FILE, connect, lease, refresh
from tests.console.staff import as_role
from tests.installations.answers import Remote, answers_of
from tests.making import STAFF, make_extension, make_installation

pytestmark = pytest.mark.django_db

AMISS = frozenset(OF_BLUEPRINT) - {State.OK}


@dataclass
class World:
    """An extension with its accounts, and summaries that somebody worked out but has not stored yet."""

    extension: Extension
    chance: Random
    late: list[Summary] = field(default_factory=list)

    @classmethod
    def begin(cls) -> "World":
        Account.objects.all().delete()  # the example before left it, with all that hangs on it
        Extension.objects.all().delete()
        extension = make_extension()
        for number in range(3):
            make_installation(extension, oneflow_id=410001 + number)
        return cls(extension, Random(0))

    def installation(self) -> Installation | None:
        rows = self.extension.installations.connected().select_related("account", "extension", "token", "blueprint")
        return self.chance.choice(list(rows) or [None])

    def draft(self) -> Blueprint:
        drafts = self.extension.blueprints.filter(state=Blueprint.State.DRAFT)
        return drafts.first() or drafting.copy(self.chance.choice(list(self.extension.blueprints.all())), actor=STAFF)


def read_anew(world: World) -> None:
    """A refresh finds that the customer changed some of it, or nothing."""
    if (installation := world.installation()) is None:
        return
    answers = answers_of(installation)
    if world.chance.randrange(2):
        names = ("active", "name", "extension_type")
        answers[parts.TEMPLATE_TYPES] = _disturbed(answers[parts.TEMPLATE_TYPES], world.chance, names)
    else:
        names = ("active", "name", "placeholder", "custom_id")
        part = world.chance.choice([name for name in answers if parts.type_of_fields(name)])
        answers[part] = _disturbed(answers[part], world.chance, names)

    @contextmanager
    def asking(*args: Any, **options: Any) -> Iterator[Remote]:
        yield Remote(answers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refreshing, "asking", asking)
        assert refreshing.refresh(installation.pk, lease(installation)) is not None


def _disturbed(rows: list[Any], chance: Random, names: tuple[str, ...]) -> list[Any]:
    """They as they were, but for one that is gone, or has another value."""
    if not rows:
        return rows
    number, name = chance.randrange(len(rows)), chance.choice(names)
    each, kept = rows[number], [*rows[:number], *rows[number + 1 :]]
    if chance.randrange(3) == 0 and kept:
        return kept
    value = not each.active if name == "active" else chance.choice(["", "Other", "acme_deal"])
    return [*kept, replace(each, **{name: value})]


def move_by_hand(world: World) -> None:
    released = world.extension.blueprints.released()
    if installation := world.installation():
        version = world.chance.choice(["", *(str(each.version) for each in released)])
        set_blueprint(installation, version, STAFF, timezone.now())


def roll_out_and_take_back(world: World) -> None:
    now = timezone.now()
    version = world.chance.choice(list(world.extension.blueprints.released()))
    try:
        rollout = rollouts.plan(version, actor=STAFF, now=now, canary=2)
    except Refused:
        return  # everybody is on it
    rollout = rollouts.start(rollout, actor=STAFF, now=now)
    moving.move(rollout, now, lambda rows: {})
    if world.chance.randrange(2):
        rollout = rollouts.back(rollout, actor=STAFF)
        moving.give_back(rollout, now)
        rollout.state = rollout.State.RETURNED
        rollout.save()
    else:
        rollouts.end(rollout, actor=STAFF, now=now)


def edit_the_draft(world: World) -> None:
    draft = world.draft()
    kinds = list(draft.template_types.all())
    if not kinds:
        row = BlueprintTemplateType(name="Deal", extension_type="acme_deal")
        editing.put_type(draft, row, actor=STAFF, place=None)
        return
    kind = world.chance.choice(kinds)
    fields = list(kind.fields.select_related("template_type"))
    match world.chance.randrange(5):
        case 0:
            name = f"custom_{world.chance.randrange(10**6)}"
            editing.put_field(
                draft, BlueprintField(template_type=kind, custom_id=name, name=name), actor=STAFF, place=None
            )
        case 1 if fields:
            seen = editing.digest_of(fields[0])
            fields[0].name = world.chance.choice(["Other", "Deal value", "Worth"])
            editing.put_field(draft, fields[0], actor=STAFF, place=None, changed=["name"], seen=seen)
        case 2 if fields:
            editing.take_out(draft, fields[-1], actor=STAFF)
        case 3:
            seen = editing.digest_of(kind)
            kind.description = world.chance.choice(["", "Other"])
            editing.put_type(draft, kind, actor=STAFF, place=None, changed=["description"], seen=seen)
        case 4:
            editing.take_out(draft, kind, actor=STAFF)


def import_a_file(world: World) -> None:
    """The draft as a file has it: as the first version, but for what one of its fields is called."""
    draft = world.draft()
    content = as_document(content_of(world.extension.blueprints.order_by("version").first()))
    fields = world.chance.choice(content)["fields"]
    world.chance.choice(fields)["name"] = f"Other {world.chance.randrange(9)}"
    document = read(FILE.read_bytes()) | {
        "base_url": world.extension.base_url,
        "environment": "sandbox",
        "blueprint": {"version": draft.version, "state": "draft", "template_types": content},
    }
    loading.load(document, actor=STAFF)


def release_the_draft(world: World) -> None:
    with suppress(drafting.Refused):  # it is empty
        releasing.release(world.draft(), actor=STAFF, now=timezone.now(), notes="More of it")


def discard_the_draft(world: World) -> None:
    drafting.discard(world.draft(), actor=STAFF)


def name_a_role(world: World) -> None:
    if installation := world.installation():
        row = world.chance.choice(list(installation.templatetypes.order_by("pk")))
        role = world.chance.choice(["acme_deal", "acme_engagement", "other"])
        reference.name_roles(installation, {role: row}, actor=STAFF)


def forget_a_role(world: World) -> None:
    """That a template type plays a role of the draft's was said, and summed up so: it is taken back."""
    if installation := world.installation():
        draft = world.draft()
        rows = list(installation.templatetypes.order_by("pk"))
        row = world.chance.choice(rows)
        if not draft.template_types.filter(extension_type="other").exists():
            kind = BlueprintTemplateType(name=row.name, description=row.description, extension_type="other")
            editing.put_type(draft, kind, actor=STAFF, place=None)
        reference.name_roles(installation, {"other": row}, actor=STAFF)
        summing.catch_up()
        reference.forget_roles(installation, rows, actor=STAFF)


def make_a_type(world: World) -> None:
    """A repair made a template type for a role, and remembers it as ours."""
    if installation := world.installation():
        body = {"name": "Made", "description": ""}
        made = Plan((), Write(Call.CREATE_TEMPLATE_TYPE, 0, body, world.chance.choice(["acme_deal", "other"])), {}, ())
        read_soon(installation, timezone.now())
        remember(installation, made, 900_000 + world.chance.randrange(10**6), timezone.now())


def disconnect(world: World) -> None:
    if installation := world.installation():
        connecting.disconnect(installation, actor=STAFF, now=timezone.now())


def begin_to_sum_up(world: World) -> None:
    """A worker has worked it out, and is slow to store it."""
    keys = list(world.extension.installations.values_list("pk", flat=True))
    for version in world.extension.blueprints.all():
        world.late += summing._summaries(version, keys)


def store_what_is_late(world: World) -> None:
    for each in world.late:
        summing._store(iter([each]))
    world.late.clear()


STEPS: tuple[Callable[[World], None], ...] = (
    *(read_anew, edit_the_draft, import_a_file, release_the_draft, discard_the_draft),
    *(move_by_hand, roll_out_and_take_back, name_a_role, forget_a_role, make_a_type, disconnect),
    *(begin_to_sum_up, store_what_is_late),
)


def who_differs(extension: Extension, against: Blueprint | None, *, types: bool) -> set[int]:
    """Read from what each account has."""
    rows = list(extension.installations.connected())
    contents = Contents.of(extension.blueprints.all(), types=types)
    found = standings(extension, against, rows, contents, types=types)
    return {key for key, each in found.items() if each.amiss}


def asked(scope: Scope, states: frozenset[State], *, types: bool, differs: bool) -> Found:
    """As the matrix asks; without `differs` it never reads the fields of all."""
    return look(scope, Condition(differs=differs), Chosen(states), types=types, offset=0, limit=100)


def check(extension: Extension) -> int:
    """The matrix says who differs, and so does each summary that counts; how many of the views were summed up."""
    summed_up = 0
    for against in (None, *extension.blueprints.all()):
        for types in (False, True):
            scope = Scope(extension, against)
            expected = who_differs(extension, against, types=types)
            assert set(asked(scope, AMISS, types=types, differs=True).installations) == expected
            found = asked(scope, AMISS, types=types, differs=False)
            well = asked(scope, frozenset({State.OK}), types=types, differs=False)
            assert set(found.installations) <= expected
            assert not set(well.installations) & expected
            if found.is_known:
                assert set(found.installations) == expected
                summed_up += 1
    return summed_up


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_whoever_changes_something_leaves_no_summary_that_says_otherwise(step):
    world = World.begin()
    world.draft()
    for seed in range(5):
        summing.catch_up()
        begin_to_sum_up(world)
        world.chance.seed(seed)

        step(world)

        check(world.extension)
        store_what_is_late(world)
        check(world.extension)


# Without making a failure smaller: the test above has each step by itself.
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.booleans(), st.integers(0, 10**6)), min_size=5, max_size=12))
def test_whatever_happens_no_summary_that_counts_says_otherwise_than_the_accounts(steps):
    world = World.begin()
    for step, whole, seed in steps:
        if whole:
            summing.catch_up()
        world.chance.seed(seed)
        step(world)
        check(world.extension)

    summing.catch_up()

    assert check(world.extension) == 2 * (1 + world.extension.blueprints.count())


def test_a_refresh_sums_up_what_it_found(sandbox):
    installation = connect(sandbox)
    refresh(installation)
    address = reverse("matrix", args=["acme_ledger"])
    support = as_role("support")
    assert support.get(address).context["differing"] == 0

    sandbox.fault(installation.account.oneflow_id, "field.inactive")
    refresh(installation)

    page = support.get(address, {"differs": "1"})
    assert support.get(address).context["differing"] == 1
    assert [line.stood.installation for line in page.context["lines"]] == [installation]


def test_a_refresh_that_finds_nothing_new_leaves_the_summaries_as_they_are(sandbox):
    installation = connect(sandbox)
    refresh(installation)
    before = list(Summary.objects.values())

    refresh(installation)

    assert list(Summary.objects.values()) == before != []


def test_a_draft_may_be_discarded_while_somebody_sums_up():
    world = World.begin()
    drafting.copy(world.extension.blueprints.get(), actor=STAFF)
    begin_to_sum_up(world)

    discard_the_draft(world)
    store_what_is_late(world)

    assert check(world.extension) == 4


def test_what_is_disconnected_is_not_summed_up():
    installation = make_installation()
    connecting.disconnect(installation, actor=STAFF, now=timezone.now())

    tasks.sum_up_the_rest()

    assert not Summary.objects.exists()


def test_work_that_does_not_fit_in_a_slice_is_left_for_the_next():
    for number in range(3):
        make_installation(oneflow_id=410001 + number)

    assert summing.catch_up(seconds=0) == 0
    assert summing.catch_up() == 3
    assert summing.catch_up() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="On SQLite only one stores at a time.")
def test_who_stores_a_refresh_keeps_nobody_waiting_who_sums_up():
    installation, ended = make_installation(), []

    def sum_up() -> None:
        try:
            summing.catch_up()
        finally:
            connection.close()

    def work(row: Installation, now: Any) -> Any:
        thread = Thread(target=sum_up)
        thread.start()
        thread.join(10)
        ended.append(not thread.is_alive())
        summing.sum_up(row.extension, [row.pk])

    refreshing._store(installation, lease(installation), timezone.now, work)

    assert ended == [True]
    assert Summary.objects.count() == 1


def test_a_batch_that_cannot_be_stored_is_left_to_the_next_round(monkeypatch):
    for number in range(3):
        make_installation(oneflow_id=410001 + number)
    store, tries = summing._store, []

    def fail_once(summaries: Iterator[Summary]) -> int:
        tries.append(1)
        if len(tries) == 2:
            raise DatabaseError("deadlock detected")
        return store(summaries)

    monkeypatch.setattr(summing, "_store", fail_once)
    monkeypatch.setattr(summing, "BATCH", 1)

    assert summing.catch_up() == 2
    assert summing.catch_up() == 1


def test_a_round_with_nothing_to_do_asks_as_little_of_many_versions_as_of_one(django_assert_num_queries):
    extension = make_installation().extension
    for number in range(2, 5):
        extension.blueprints.create(version=number, state=Blueprint.State.RELEASED, released_at=timezone.now())
    assert summing.catch_up() == 4

    with django_assert_num_queries(3):
        assert summing.catch_up() == 0


def test_a_draft_comes_first_and_no_more_once_it_is_discarded(monkeypatch):
    world = World.begin()
    draft = world.draft()
    store, stored = summing._store, []

    def then_discard(summaries: Iterator[Summary]) -> int:
        rows = list(summaries)
        stored.append([row.blueprint_id for row in rows])
        number = store(iter(rows))
        Blueprint.objects.filter(pk=draft.pk).delete()
        return number

    monkeypatch.setattr(summing, "_store", then_discard)
    monkeypatch.setattr(summing, "BATCH", 1)

    summing.catch_up()

    assert stored == [[draft.pk], *3 * [[world.extension.blueprints.get().pk]]]


def test_summaries_that_nobody_asks_for_are_pruned():
    world = World.begin()
    world.draft()
    begin_to_sum_up(world)
    discard_the_draft(world)
    store_what_is_late(world)
    orphan = Summary.objects.exclude(blueprint__in=Blueprint.objects.all()).first()
    assert str(orphan.blueprint_id) in str(orphan)
    disconnect(world)

    assert pruning.prune(timezone.now()) == 4

    connected = world.extension.installations.connected()
    assert set(Summary.objects.values_list("installation", flat=True)) == {row.pk for row in connected}
    assert pruning.prune(timezone.now()) == 0
