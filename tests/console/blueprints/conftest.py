"""Who looks at the versions, and what there is to see."""

import pytest
from django.test import Client

from extensions.blueprints.drafting import copy
from extensions.blueprints.models import Blueprint, Extension
from tests.making import STAFF, make_extension, make_user


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(make_user("administrator"))
    return client


@pytest.fixture
def support() -> Client:
    client = Client()
    client.force_login(make_user("support"))
    return client


@pytest.fixture
def extension(db: None) -> Extension:
    return make_extension()


@pytest.fixture
def draft(extension: Extension) -> Blueprint:
    return copy(extension.blueprints.get(), actor=STAFF)
