"""Product tables of a contract, and adding a product (section 6.13)."""

from typing import Any

from sandbox.api.call import Call
from sandbox.api.checking import Checked
from sandbox.api.contracts import finding, shown, terms
from sandbox.contracts import products
from sandbox.models import ProductGroup
from sandbox.paging import one_of, page


def listed(call: Call, pk: int) -> dict[str, Any]:
    rows = finding.one(call, pk).product_groups.prefetch_related("products")
    return page(call, rows, shown.product_group, all_at_once=True)


def add_product(call: Call, pk: int, group_id: int) -> dict[str, Any]:
    contract = finding.one(call, pk)
    group: ProductGroup = one_of(contract.product_groups.select_related("contract"), group_id, "product group")
    finding.need_permission(call, contract)
    body = Checked(call.body())
    columns = terms.product(body)
    body.done()
    return shown.product(products.add(group, columns, finding.actor(call, contract)))
