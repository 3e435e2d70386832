"""Making accounts, set-wise: all rows of a batch in memory, then one statement for each kind."""

from datetime import UTC, datetime, timedelta
from random import Random

from django.db import models, transaction

from sandbox.blueprints import stored
from sandbox.blueprints.catalogue import FIRST_KEY
from sandbox.blueprints.shape import BlueprintType
from sandbox.enabling import needed_by
from sandbox.fleet import names
from sandbox.fleet.filing import keep_filing
from sandbox.fleet.ids import FIRST, Ids
from sandbox.fleet.inserting import insert
from sandbox.models import (
    Account,
    Contact,
    DataField,
    Extension,
    Folder,
    Membership,
    ProductGroup,
    Tag,
    Template,
    TemplateType,
    Token,
    User,
    Webhook,
    Workspace,
)

# Every time in the fleet is counted from here: a fleet made today and one made next year are the same.
EPOCH = datetime(2025, 2, 1, 9, 0, tzinfo=UTC)
BATCH = 500


def generate(
    count: int, seed: int, *, name: str | None = None, extension: bool = True, toolkit: bool = False
) -> list[int]:
    """Add accounts to the fleet and return their ids. With `toolkit` the partner's code has set them up (12.4).

    What an account holds depends on the seed and its own id only, so an account added later is the one that a
    larger fleet would have had from the start.
    """
    made: list[int] = []
    while len(made) < count:
        with transaction.atomic():
            batch = _Batch(seed)
            for _ in range(min(BATCH, count - len(made))):
                made.append(batch.add_account(name, extension=extension, toolkit=toolkit))
            batch.save()
    return made


class _Batch:
    """The unsaved rows of up to `BATCH` accounts."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.ids = Ids()
        # In this order each kind is saved after those that it refers to.
        self.rows: dict[type[models.Model], list[models.Model]] = {model: [] for model in _ORDER}

    def add_account(self, name: str | None, *, extension: bool, toolkit: bool) -> int:
        account = Account()
        self.ids.number([account])
        maker = _AccountMaker(self, account, Random(f"{self.seed}:{account.pk}"))
        maker.make(name, extension=extension, toolkit=toolkit)
        return int(account.pk)

    def keep(self, *rows: models.Model) -> None:
        for row in rows:
            if row.pk is None:
                self.ids.number([row])
            self.rows[type(row)].append(row)

    def save(self) -> None:
        for model, rows in self.rows.items():
            insert(model, rows)


class _AccountMaker:
    """Makes one account from its own source of chance."""

    def __init__(self, batch: _Batch, account: Account, rng: Random) -> None:
        self.batch = batch
        self.account = account
        self.rng = rng

    def make(self, name: str | None, *, extension: bool, toolkit: bool) -> None:
        code = names.country(self.rng)
        company, self.domain = names.company(self.rng, code)
        account = self.account
        account.name = name or company
        account.country_code = code
        account.registration_number = names.registration_number(self.rng, code)
        account.created_time = EPOCH - timedelta(days=self.rng.randrange(30, 900))
        account.updated_time = EPOCH if self.rng.random() < 0.5 else None
        self.batch.keep(account)
        users = self.make_users()
        workspaces = self.make_workspaces(users)
        extensions = {row.key: row for row in stored.rows_for(account)}
        if toolkit:
            extensions[FIRST_KEY].mode = Extension.Mode.TOOLKIT
        self.batch.keep(*extensions.values())
        tagged = self.make_own_things(workspaces)
        if extension:
            self.enable(extensions, workspaces)
        keep_filing(workspaces[0], tagged, Random(f"{self.batch.seed}:{account.pk}:filing"), self.batch.keep)

    def make_users(self) -> list[User]:
        """At least two active administrators and two others who are active; some that left."""
        users: list[User] = []
        taken: set[str] = set()
        for number in range(self.rng.randrange(4, 16)):
            first, last = self.rng.choice(names.FIRST), self.rng.choice(names.LAST)
            local = f"{names.plain(first)}.{names.plain(last)}"
            if local in taken:
                local += str(number)
            taken.add(local)
            users.append(
                User(
                    account=self.account,
                    name=f"{first} {last}",
                    title=self.rng.choice(names.TITLES),
                    email=f"{local}@{self.domain}",
                    phone_number=names.phone_number(self.rng, self.account.country_code)
                    if self.rng.random() < 0.6
                    else "",
                    active=number < 4 or self.rng.random() < 0.75,
                    is_admin=number < 2,
                )
            )
        self.batch.keep(*users)
        return users

    def make_workspaces(self, users: list[User]) -> list[Workspace]:
        """One to three; administrators may create contracts in all, the others are in the first or in more."""
        workspaces = [
            Workspace(
                account=self.account,
                name=name,
                description=f"Contracts of {name.lower()}",
                created_time=self.account.created_time + timedelta(minutes=5),
            )
            for name in names.WORKSPACES[: self.rng.randrange(1, 4)]
        ]
        self.batch.keep(*workspaces)
        for user in users:
            for number, workspace in enumerate(workspaces):
                if user.is_admin or number == 0 or self.rng.random() < 0.3:
                    may = user.is_admin or self.rng.random() < 0.8
                    self.batch.keep(Membership(user=user, workspace=workspace, can_create=may))
        return workspaces

    def make_own_things(self, workspaces: list[Workspace]) -> Template:
        """What the customer made without us: a template type with its fields, templates, sometimes a webhook.

        The first of the templates is returned.
        """
        own = TemplateType(
            account=self.account,
            name="Employment",
            description="Made by hand",
            created_time=EPOCH - timedelta(days=20),
            updated_time=EPOCH - timedelta(days=20),
        )
        self.batch.keep(own)
        self.batch.keep(
            *(
                DataField(template_type=own, custom_id=custom_id, name=label, source=DataField.Source.USER)
                for custom_id, label in (("employee_name", "Employee"), ("salary", "Salary"))
            )
        )
        first = self.make_template("Employment contract", own, workspaces[:1])
        self.make_template("Office lease", None, workspaces[-1:])
        self.make_template("Supplier agreement (old)", None, workspaces[:1], active=False)
        if self.rng.random() < 0.3:
            self.batch.keep(
                Webhook(
                    account=self.account,
                    callback_url=f"https://crm.{self.domain}/oneflow",
                    filters=None,
                    template_group_id=own.pk if self.rng.random() < 0.5 else None,
                    sign_key=None,
                )
            )
        return first

    def enable(self, extensions: dict[str, Extension], workspaces: list[Workspace]) -> None:
        """As `enabling.enable` leaves an account, and then templates that the customer connected."""
        blueprint = stored.first()
        ours = extensions[blueprint.key]
        ours.blueprint_version = blueprint.version
        for key in (blueprint.key, *needed_by(blueprint.key)):
            extensions[key].enabled, extensions[key].enabled_time = True, EPOCH
        self.batch.keep(
            Token(
                account=self.account,
                extension=ours,
                value="".join(self.rng.choices("0123456789abcdef", k=40)),
                name=blueprint.name,
                created_time=EPOCH,
            )
        )
        for part in blueprint.template_types:
            template_type = self.make_type_of_ours(part, ours)
            wanted = list(names.TEMPLATES.get(part.extension_type, [part.name]))
            # The first is in the first workspace, where every administrator may create contracts.
            self.make_template(wanted.pop(0), template_type, workspaces[:1])
            for label in wanted[: self.rng.randrange(len(wanted) + 1)]:
                places = self.rng.sample(workspaces, self.rng.randrange(1, len(workspaces) + 1))
                self.make_template(label, template_type, places, active=self.rng.random() < 0.7)

    def make_type_of_ours(self, part: BlueprintType, ours: Extension) -> TemplateType:
        """As the extension made it; or as the partner's code did, and then it belongs to nobody."""
        by_code = ours.mode == Extension.Mode.TOOLKIT
        row = TemplateType(
            account=self.account,
            extension=None if by_code else ours,
            name=part.name,
            description=part.description,
            extension_type=None if by_code else part.extension_type,
            created_time=EPOCH,
            updated_time=EPOCH,
        )
        self.batch.keep(row)
        source = {"source": DataField.Source.USER} if by_code else {}
        fields = part.field_columns()
        self.batch.keep(
            *(
                DataField(template_type=row, custom_id=custom_id, **columns | source)
                for custom_id, columns in fields.items()
            )
        )
        is_first = part.extension_type == stored.first().extension_types()[0]
        if is_first and "internal_reference" not in fields:
            # A field of the customer's own beside ours, as section 13 allows.
            self.batch.keep(DataField(template_type=row, custom_id="internal_reference", name="Internal reference"))
        if part.webhook is not None:
            self.batch.keep(part.new_webhook(self.account, None if by_code else ours.pk, row.pk))
        if by_code:
            ours.toolkit_types[part.extension_type] = row.pk
        return row

    def make_template(
        self, name: str, template_type: TemplateType | None, places: list[Workspace], *, active: bool = True
    ) -> Template:
        made = EPOCH + timedelta(days=self.rng.randrange(1, 40))
        template = Template(
            account=self.account,
            template_type=template_type,
            name=name,
            active=active,
            pdf_section=name in names.WITH_PDF,
            created_time=made,
            updated_time=made + timedelta(days=self.rng.randrange(1, 40)),
        )
        self.batch.keep(template)
        if name in names.WITH_PRODUCTS:
            self.batch.keep(ProductGroup(template=template, created_time=made))
        through = Template.workspaces.through
        self.batch.keep(*(through(template_id=template.pk, workspace_id=place.pk) for place in places))
        return template


_ORDER = (
    Account, User, Workspace, Membership, Extension, Token, TemplateType, DataField, Template,
    Template.workspaces.through, Webhook, Tag, Tag.shared_workspaces.through, Template.tags.through, Folder, Contact,
    ProductGroup,
)  # fmt: skip
assert set(_ORDER) <= set(FIRST)
