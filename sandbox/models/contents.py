"""What stands in a contract beside its data fields: product tables and files."""

# No page and no admin site shows these rows by name.
# ruff: noqa: DJ008

from django.db import models

from sandbox.models.contracts import Contract
from sandbox.models.templates import Template


class ProductGroup(models.Model):
    """A product table (section 6.13): a template's, or a contract's that was copied from it."""

    template = models.ForeignKey(Template, models.CASCADE, null=True, related_name="product_groups")
    contract = models.ForeignKey(Contract, models.CASCADE, null=True, related_name="product_groups")
    created_time = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(template=None) ^ models.Q(contract=None), name="a_product_group_is_in_one_place"
            )
        ]


class Product(models.Model):
    group = models.ForeignKey(ProductGroup, models.CASCADE, related_name="products")
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    counterparty_lock = models.BooleanField(default=False)
    # {"base_amount": {"amount"}, "discount_amount": {"amount"}, "discount_percent", "amount": {"amount"}}
    price_1 = models.JSONField()
    price_2 = models.JSONField()
    # {"type", "amount"}
    quantity = models.JSONField()
    created_time = models.DateTimeField()


class ContractFile(models.Model):
    """A file that somebody uploaded (section 6.14). The contract's own PDF is written when it is asked for."""

    class Type(models.TextChoices):
        ATTACHMENT = "attachment"
        EXPANDED_PDF = "expanded_pdf"

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    extension = models.CharField(max_length=20, blank=True)
    type = models.CharField(max_length=12, choices=Type)
    content = models.BinaryField()
    created_time = models.DateTimeField()
