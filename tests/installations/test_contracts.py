"""Contracts that were seen: facts that are kept, and when they are gone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from extensions.installations.models import Contract
from tests.making import make_installation

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(hours=1)
FACTS = {"template_type_oneflow_id": 5201, "template_oneflow_id": 17001, "state": "draft"}


def test_a_contract_is_one_row_however_often_it_is_seen(installation):
    Contract.saw(installation, 610001, NOW, how=Contract.How.TEST, **FACTS)
    Contract.missed(installation, 610001, NOW)
    Contract.saw(installation, 610001, LATER, how=Contract.How.LOOKED_AT, **(FACTS | {"state": "signed"}))

    row = Contract.objects.get()
    assert (row.how, row.state, row.first_seen_at, row.last_seen_at, row.gone_at) == (
        *("test", "signed"),
        *(NOW, LATER, None),
    )


def test_a_contract_that_is_gone_keeps_the_first_date_and_is_not_present(installation):
    other = make_installation(oneflow_id=410002)
    for each in (installation, other):
        Contract.saw(each, 610001, NOW, how=Contract.How.LOOKED_AT, **FACTS)

    for at in (NOW, LATER):
        Contract.missed(installation, 610001, at)
    Contract.missed(installation, 999, LATER)

    assert Contract.objects.get(installation=installation).gone_at == NOW
    assert [row.installation for row in Contract.objects.present()] == [other]
