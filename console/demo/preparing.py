"""The demo's fleet: logins, the extension, every account connected healthy, and then some of them broken.

Everything goes the way that staff go: the commands, the connecting, the refresh. Each step may be run again, so a
demo that was stopped halfway goes on from there.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.connecting import identify
from accounts.models import ApiToken
from console import refreshing, roles, setting_up
from console.audit import command_line
from console.demo import state
from console.demo.control import Control, SandboxAccount
from console.demo.environment import ROOT, Plan
from extensions.blueprints.models import Extension
from extensions.installations import connecting
from extensions.installations.models import Installation

EXTENSION_FILE = ROOT / "docs" / "examples" / "acme-ledger.json"
EXTENSION_KEY = "acme_ledger"
# The sandbox answers on one core while these store on the other; more would only wait for SQLite.
THREADS = 4
# What a repair mends only in an account that the product's code set up: one such account for each.
MENDED_BY_REPAIR = ("field.missing", "webhook.misdirected")

Item = TypeVar("Item")


def logins(plan: Plan) -> dict[str, str]:
    """One login for each role, by role → password; made at the first start."""
    User = get_user_model()
    passwords = state.logins(plan)
    for role in roles.ROLES:
        password = passwords.get(role) or setting_up.new_password()
        user = User._default_manager.filter(username=role).first()
        if user is None:
            setting_up.make_staff(command_line(), username=role, role=role, password=password)
        elif role not in passwords:  # stopped between the two; nobody was shown the first password
            user.set_password(password)
            user.save()
        if role not in passwords:
            passwords[role] = password
            state.keep_logins(plan, passwords)
    return passwords


def extension(plan: Plan) -> Extension:
    """The demo's extension, pointing at this demo's sandbox. What staff changed in a kept one stays."""
    base_url = f"{plan.sandbox_url}/v1"
    kept = Extension.objects.filter(integration_key=EXTENSION_KEY)
    if kept.exists():
        kept.update(base_url=base_url)
    else:
        call_command(
            "load_extension",
            str(EXTENSION_FILE),
            base_url=base_url,
            environment=Extension.Environment.SANDBOX,
            stdout=StringIO(),
        )
    return kept.get()


def set_up_by_code(accounts: int) -> int:
    """How many of so many accounts the partner's code sets up; none of a few."""
    return min(len(MENDED_BY_REPAIR), accounts // 10)


def connect(accounts: list[SandboxAccount], extension: Extension) -> int:
    """Connect those that are not connected yet, as onboarding staff would; return how many that were."""
    known = set(Installation.objects.values_list("account__oneflow_id", flat=True))
    missing = [account for account in accounts if account.id not in known]
    _in_threads(lambda account: _connect_one(account, extension), missing)
    return len(missing)


def _connect_one(account: SandboxAccount, extension: Extension) -> None:
    identity = identify(account.token, extension_key=extension.integration_key, base_url=extension.base_url)
    connecting.connect(
        account.token,
        identity,
        extension=extension,
        acting_user_email=account.administrators[0],
        actor=command_line(),
        now=timezone.now(),
        obtained=ApiToken.Obtained.COMMAND,
        mode=Installation.Mode.TOOLKIT if account.toolkit else "",
    )


def refresh_due() -> int:
    """Refresh whatever is due, and return how many that were."""
    count = 0
    while lease_id := _claim():
        leased = list(Installation.objects.filter(lease_id=lease_id).values_list("pk", flat=True))
        _in_threads(lambda pk, lease=lease_id: refreshing.refresh(pk, lease), leased)
        count += len(leased)
    return count


def _claim() -> UUID | None:
    now = timezone.now()
    return Installation.claim(now, limit=settings.REFRESH_BATCH, until=now + settings.REFRESH_LEASE)


def break_some(control: Control, accounts: list[SandboxAccount]) -> tuple[dict[str, int], list[str]]:
    """Bring about every fault on an account of its own; return code → account, and the codes left out.

    Faults that are there already stay where they are.
    """
    standing = {fault: account.id for account in accounts for fault in account.faults}
    wanted = [code for code in control.fault_codes() if code not in standing]
    placed = _places(wanted, [account for account in accounts if not account.faults])
    for code, account_id in placed.items():
        control.bring_about(account_id, code)
    standing |= placed
    broken = Installation.objects.filter(account__oneflow_id__in=standing.values())
    broken.update(refresh_at=timezone.now())
    return standing, [code for code in wanted if code not in placed]


def _places(wanted: list[str], free: list[SandboxAccount]) -> dict[str, int]:
    """The account for each fault, as far as they go round.

    What a repair mends comes to accounts that the partner's code set up, all others are spread over the fleet.
    """
    by_code = [account.id for account in free if account.toolkit]
    placed = dict(zip((code for code in MENDED_BY_REPAIR if code in wanted), by_code, strict=False))
    left = [account.id for account in free if account.id not in placed.values()]
    spread = [code for code in wanted if code not in placed][: len(left)]
    return placed | {code: left[number * len(left) // len(spread)] for number, code in enumerate(spread)}


def _in_threads(work: Callable[[Item], None], items: list[Item]) -> None:
    def one(item: Item) -> None:
        try:
            work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for _ in pool.map(one, items):
                pass
        except BaseException:  # also Ctrl-C: what has not begun does not begin
            pool.shutdown(cancel_futures=True)
            raise
