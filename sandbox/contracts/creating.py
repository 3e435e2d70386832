"""Making a contract from a template, or from another contract (section 8.1)."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from sandbox import clock
from sandbox.contracts import products, taking_part
from sandbox.contracts.drafts import Draft, Person, Side
from sandbox.contracts.filling import check_value
from sandbox.contracts.keeping import State, keep
from sandbox.contracts.refusing import NotAcceptable, NotPermitted
from sandbox.models import Contract, ContractField, Extension, Folder, Party, TemplateType, User, Workspace
from sandbox.models.contracts import no_duration

# What templates make of whoever creates a contract: `configuration.default_creator_roles` (section 6.7).
CREATOR_ROLES: dict[str, Any] = {"organizer": True, "signatory": False, "may_update": True}


@transaction.atomic
def create(draft: Draft) -> Contract:
    """The new contract, a draft with everything that the template gives it.

    NotPermitted for a template that is not active or not meant for the workspace; NotAcceptable for content that
    cannot be.
    """
    template, workspace = draft.template, draft.workspace
    if not template.active:
        raise NotPermitted("The template is not active.")
    if not template.workspaces.filter(pk=workspace.pk).exists():
        raise NotPermitted("The template cannot be used in this workspace.")
    owner = _owner_side(draft)
    taking_part.check_sides(owner, draft.parties)
    kind = template.template_type
    contract = _new(draft, kind if kind is not None and not kind.removed else None)
    _inherit_fields(contract, draft)
    taking_part.store(contract, owner, draft.parties)
    products.copy_tables(template.product_groups.order_by("pk"), contract, draft.products)
    return contract


@transaction.atomic
def copy(
    contract: Contract, workspace: Workspace, *, folder: Folder | None, name: str | None, creator: User | None,
    made_through: Extension | None,
) -> Contract:  # fmt: skip
    """A draft with the same content: fields, parties and products, but nobody's visits and signatures."""
    twin = Contract.objects.get(pk=contract.pk)
    now = clock.now()
    fresh = Contract(
        account=twin.account,
        workspace=workspace,
        template=twin.template,
        template_type=twin.template_type,
        made_through=made_through,
        creator=creator,
        name=twin.name if name is None else name,
        value=twin.value,
        folder=folder,
        state_updated_time=now,
        created_time=now,
        signing_period=twin.signing_period,
        lifecycle_settings=twin.lifecycle_settings,
    )
    keep(fresh)
    fresh.tags.set(twin.tags.all())
    for field in twin.data_fields.order_by("pk"):
        field.pk, field.contract, field.created_time, field.updated_time = None, fresh, now, None
        field.save(force_insert=True)
    for party in twin.parties.order_by("pk").prefetch_related("participants"):
        taking_part.store_side(fresh, taking_part.as_side(party), my_party=party.my_party)
    products.copy_tables(twin.product_groups.order_by("pk"), fresh, {})
    return fresh


def _new(draft: Draft, kind: TemplateType | None) -> Contract:
    now = clock.now()
    contract = Contract(
        account=draft.workspace.account,
        workspace=draft.workspace,
        template=draft.template,
        template_type=kind,
        made_through=draft.made_through,
        creator=draft.creator,
        name=draft.name,
        value=draft.value,
        folder=draft.folder,
        state=State.DRAFT,
        state_updated_time=now,
        created_time=now,
        lifecycle_settings=draft.lifecycle_settings or no_duration(),
    )
    keep(contract)
    contract.tags.set(draft.tags)
    return contract


def _inherit_fields(contract: Contract, draft: Draft) -> None:
    """The active fields of the template's type, each with its default or the value that was given for it."""
    kind = contract.template_type
    inherited = list(kind.data_fields.living().filter(active=True).order_by("pk")) if kind else []
    values = dict(draft.data_fields)
    problems = {}
    for number, custom_id in enumerate(values):
        field = next((field for field in inherited if field.custom_id == custom_id), None)
        if field is None:
            problems[f"data_fields[{number}].custom_id"] = ["The template has no active data field of this custom_id."]
        elif wrong := check_value(values[custom_id], checkbox=field.checkbox):
            problems[f"data_fields[{number}].value"] = [wrong]
    if problems:
        raise NotAcceptable(problems)
    now = contract.created_time
    ContractField.objects.bulk_create(
        ContractField(
            contract=contract,
            custom_id=field.custom_id,
            name=field.name,
            description=field.description,
            placeholder=field.placeholder,
            value=values.get(field.custom_id, field.value),
            checkbox=field.checkbox,
            source=field.source,
            created_time=now,
        )
        for field in inherited
    )


def _owner_side(draft: Draft) -> Side:
    """The owner's party; the creator takes part in it, with the template's roles unless the draft names others."""
    account = draft.workspace.account
    side = draft.my_party or Side()
    side = replace(
        side,
        type=Party.Type.COMPANY,
        name=side.name or account.name,
        identification_number=side.identification_number or account.registration_number,
    )
    if draft.creator is None:
        return side
    email = draft.creator.email.lower()
    named = next((person for person in side.people if person.email.lower() == email), None)
    if named is None:
        return replace(side, people=(*side.people, _creator(draft.creator, inherits=draft.creator_inherits)))
    if not draft.creator_inherits:
        return side
    people = [replace(person, **CREATOR_ROLES) if person is named else person for person in side.people]
    return replace(side, people=tuple(people))


def _creator(user: User, *, inherits: bool | None) -> Person:
    """The acting user as a participant; who does not inherit the template's roles has none (ASSUMED)."""
    roles = {} if inherits is False else CREATOR_ROLES
    return Person(name=user.name, email=user.email, phone_number=user.phone_number, title=user.title, **roles)
