"""Drafts: begun, changed, discarded; and released once, for good."""

import pytest
from django.db import transaction
from django.utils import timezone

from console.models import AuditEvent
from extensions.blueprints.content import as_document, content_of, digest, from_document
from extensions.blueprints.drafting import Refused, begin, copy, discard, editing
from extensions.blueprints.models import Blueprint, BlueprintField, Extension
from extensions.blueprints.releasing import release
from tests import making
from tests.beside import begin_and_wait, with_locks
from tests.making import STAFF

pytestmark = pytest.mark.django_db


@pytest.fixture
def extension() -> Extension:
    return making.make_extension()


@pytest.fixture
def draft(extension: Extension) -> Blueprint:
    return copy(extension.blueprints.get(), actor=STAFF)


def released(draft: Blueprint, **options: str) -> Blueprint:
    return release(draft, actor=STAFF, now=timezone.now(), notes="For spring.", **options)


def test_a_draft_is_a_copy_under_the_next_number_and_judges_nobody(extension, draft):
    first = extension.blueprints.get(version=1)

    assert (draft.version, draft.state) == (2, "draft")
    assert as_document(content_of(draft)) == as_document(content_of(first))
    assert list(extension.blueprints.released()) == [first]
    event = AuditEvent.objects.get(verb="blueprint.draft")
    assert (event.actor, event.details) == ("Sam", {"version": 2, "from": "version 1"})


def test_a_release_is_dated_noted_and_recorded(draft):
    released(draft)

    draft.refresh_from_db()
    assert (draft.state, draft.notes) == ("released", "For spring.")
    assert draft.released_at is not None
    event = AuditEvent.objects.get(verb="blueprint.release")
    assert event.details == {"version": 2, "template_types": 2, "fields": 5}


def test_a_release_moves_nobody(draft):
    installation = making.make_installation(draft.extension, blueprint=draft.extension.blueprints.get(version=1))

    released(draft)

    installation.refresh_from_db()
    assert installation.blueprint.version == 1


def test_nothing_is_released_twice(draft):
    before = released(draft).released_at

    with pytest.raises(Refused, match="is released and never changes"):
        released(draft)

    draft.refresh_from_db()
    assert draft.released_at == before


def test_what_changed_since_it_was_looked_at_is_not_released(draft):
    seen = digest(content_of(draft))
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="deal_value").update(name="Other")

    with pytest.raises(Refused, match="was changed meanwhile"):
        released(draft, seen=seen)

    assert released(draft, seen=digest(content_of(draft))).state == "released"


@pytest.mark.parametrize("notes", ["", "  \n", "\0", "x" * 10_001])
def test_notes_are_asked_for(draft, notes):
    with pytest.raises(Refused, match="notes"):
        release(draft, actor=STAFF, now=timezone.now(), notes=notes)


def test_an_empty_draft_is_not_released(extension):
    with pytest.raises(Refused, match="is empty"):
        released(begin(extension, [], actor=STAFF, source="nothing"))


def test_what_no_file_could_hold_is_not_released(draft):
    BlueprintField.objects.filter(template_type__blueprint=draft, custom_id="deal_value").update(name=" ")

    with pytest.raises(Refused, match=r"cannot be released yet.*name"):
        released(draft)


def test_a_version_older_than_the_newest_released_one_is_not_released(extension, draft):
    released(copy(draft, actor=STAFF))

    with pytest.raises(Refused, match="Version 3 is released already"):
        released(draft)


def test_a_draft_is_discarded_and_a_released_version_is_not(extension, draft):
    discard(draft, actor=STAFF)

    assert list(extension.blueprints.values_list("version", flat=True)) == [1]
    with pytest.raises(Refused, match="was discarded meanwhile"):
        released(draft)
    with pytest.raises(Refused, match="never changes"):
        discard(extension.blueprints.get(), actor=STAFF)


def test_who_changed_a_draft_is_in_the_record_and_a_released_one_is_not_changed(extension, draft):
    with editing(draft, actor=STAFF, field="deal_value"):
        pass
    assert AuditEvent.objects.get(verb="blueprint.change").details == {"version": 2, "field": "deal_value"}

    with pytest.raises(Refused), editing(extension.blueprints.get(version=1), actor=STAFF):
        raise AssertionError("it was held")


def test_two_drafts_of_one_version_have_numbers_of_their_own(extension):
    content = from_document([{"name": "Deal", "extension_type": "deal", "event_types": [], "fields": []}])

    assert [begin(extension, content, actor=STAFF, source="a file").version for _ in range(2)] == [2, 3]


@with_locks
@pytest.mark.django_db(transaction=True)
def test_of_two_drafts_that_are_released_at_once_the_older_does_not_come_last(extension, draft):
    newer = copy(draft, actor=STAFF)

    with transaction.atomic():
        released(newer)
        older = begin_and_wait(lambda: released(draft))

    with pytest.raises(Refused, match="Version 3 is released already"):
        older.result(10)


@with_locks
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("work", [lambda draft: copy(draft, actor=STAFF), lambda draft: released(draft)])
def test_while_a_draft_is_begun_or_released_accounts_of_the_extension_are_stored_all_the_same(draft, work):
    with transaction.atomic():
        work(draft)
        made = begin_and_wait(lambda: making.make_installation(draft.extension))
        assert made.done(), "it waits for the draft"

    assert made.result().extension == draft.extension
