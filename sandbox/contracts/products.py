"""Product tables and the products in them (section 6.13)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from sandbox import clock
from sandbox.contracts.editing import content_changed, need_open
from sandbox.contracts.events import Actor
from sandbox.contracts.refusing import NotAcceptable
from sandbox.models import Contract, Product, ProductGroup

MOST_PRODUCTS = 150
_COLUMNS = ("name", "description", "counterparty_lock", "price_1", "price_2", "quantity")


def copy_tables(
    tables: Iterable[ProductGroup], contract: Contract, more: Mapping[int, Sequence[dict[str, Any]]]
) -> None:
    """The same tables in the contract, each with the products that it holds and those given for it."""
    now = clock.now()
    tables = list(tables)
    held = sum(table.products.count() for table in tables)
    if held + sum(map(len, more.values())) > MOST_PRODUCTS:
        raise NotAcceptable({"product_groups": [f"At most {MOST_PRODUCTS} products are allowed in a contract."]})
    for table in tables:
        group = ProductGroup.objects.create(contract=contract, created_time=now)
        kept = list(table.products.order_by("pk").values(*_COLUMNS))
        Product.objects.bulk_create(
            Product(group=group, created_time=now, **columns) for columns in [*kept, *more.get(table.pk, ())]
        )


@transaction.atomic
def add(group: ProductGroup, columns: dict[str, Any], actor: Actor | None = None) -> Product:
    """One more product in a table of a contract."""
    contract = group.contract
    assert contract is not None
    need_open(contract)
    if Product.objects.filter(group__contract=contract).count() >= MOST_PRODUCTS:
        raise NotAcceptable({"products": [f"At most {MOST_PRODUCTS} products are allowed in a contract."]})
    product = Product.objects.create(group=group, created_time=clock.now(), **columns)
    content_changed(contract, ["product:create"], actor)
    return product
