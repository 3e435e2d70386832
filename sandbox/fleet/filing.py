"""What an account keeps in order: two tags, two folders and two contacts in its first workspace."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sandbox.fleet import names
from sandbox.models import Contact, Folder, Tag, Template, Workspace


def keep_filing(workspace: Workspace, tagged: Template, rng: Random, keep: Callable[..., None]) -> None:
    """Make them, and tag that template.

    `rng` is not the account's own, so that what an account held before is not drawn anew.
    """
    account = workspace.account
    made = account.created_time + timedelta(days=1)
    imported = Tag(account=account, name="Imported", system=True, created_time=made)
    sales = Tag(account=account, name=f"{workspace.name} priority", is_global=False, created_time=made)
    keep(imported, sales)
    keep(
        Tag.shared_workspaces.through(tag_id=sales.pk, workspace_id=workspace.pk),
        Template.tags.through(template_id=tagged.pk, tag_id=sales.pk),
    )
    year = Folder(workspace=workspace, name=str(made.year))
    keep(year)
    keep(Folder(workspace=workspace, parent=year, name="Renewals"))
    keep(*(_contact(workspace, made, rng) for _ in range(2)))


def _contact(workspace: Workspace, made: datetime, rng: Random) -> Contact:
    code = names.country(rng)
    company, domain = names.company(rng, code)
    first, last = rng.choice(names.FIRST), rng.choice(names.LAST)
    return Contact(
        workspace=workspace,
        name=f"{first} {last}",
        email=f"{names.plain(first)}.{names.plain(last)}@{domain}",
        phone_number=names.phone_number(rng, code) if rng.random() < 0.5 else "",
        title=rng.choice(names.TITLES),
        company_name=company,
        company_registration_number=names.registration_number(rng, code),
        country_code=code,
        created_time=made,
    )
