"""Two accounts that differ in the number of their fields only, refreshed as a worker does."""

import json
from typing import Any

import requests
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console import refreshing
from console.models import Heartbeat
from extensions.blueprints import loading as blueprints
from extensions.blueprints.document import read
from extensions.installations.models import Exchange, Installation, Verdict
from extensions.mappings import loading as mappings
from tests.connected import FILE, connect, lease, refresh
from tests.making import STAFF


class Bench:
    """`few` and `many` are healthy installations, refreshed before."""

    def __init__(self, sandbox: Any, *, few: int, many: int) -> None:
        call_command("migrate", verbosity=0)
        self.sandbox = sandbox
        self.few = self._installation("acme_ledger", few)
        # Only one key can be the one that the token shows; in this mode another is accepted on purpose.
        self.many = self._installation("acme_large", many, mode=Installation.Mode.DEVELOPMENT)
        self.session = requests.Session()
        self.session.trust_env = False

    def _installation(self, key: str, fields: int, **values: Any) -> Installation:
        """A healthy account whose one template type of ours has so many fields, all of them wanted and mapped."""
        document: dict[str, Any] = json.loads(FILE.read_bytes())
        deal = document["blueprint"]["template_types"][0]
        extra = [
            {"custom_id": f"extra_{number}", "name": f"Extra {number}", "description": f"Number {number}"}
            for number in range(fields - len(deal["fields"]))
        ]
        deal["fields"] += [{**each, "placeholder": "", "kind": "text", "required": False} for each in extra]
        document["blueprint"]["template_types"] = [deal]
        document |= {"base_url": self.sandbox.api_url, "environment": "sandbox", "integration_key": key}
        extension = blueprints.load(read(json.dumps(document).encode()), actor=STAFF)
        rows = [
            {"template_type": "acme_deal", "custom_id": each["custom_id"], "path": f"deal.{each['custom_id']}"}
            for each in deal["fields"]
        ]
        mappings.load(extension, rows, actor=STAFF)
        account = self.sandbox.new_account()
        self._add_fields(account, extra)
        installation = connect(self.sandbox, account, extension=extension, **values)
        refresh(installation)
        assert installation.verdict == Verdict.HEALTHY, installation.cause
        return installation

    def _add_fields(self, account: dict[str, Any], extra: list[dict[str, str]]) -> None:
        token = account["token"]
        admin = next(user["email"] for user in account["users"] if user["active"] and user["is_admin"])
        types = self.sandbox.api("/template_types", token=token).json()["data"]
        deal = next(each["id"] for each in types if each["extension_type"] == "acme_deal")
        path = f"/template_types/{deal}/data_fields"
        kept = self.sandbox.api(f"/template_types/{deal}", token=token).json()["data_fields"]
        system = [each for each in kept if each["source"] == "system"]
        fields = [{"custom_id": each["custom_id"], "name": each["name"]} for each in system] + extra
        answer = self.sandbox.api(path, token=token, email=admin, method="PUT", json={"data_fields": fields})
        assert answer.status_code == 200, answer.text

    def refresh_few(self) -> None:
        self._refresh(self.few)

    def refresh_many(self) -> None:
        self._refresh(self.many)

    def _refresh(self, installation: Installation) -> None:
        refreshing.refresh(installation.pk, lease(installation))

    def calls(self) -> int:
        """API calls of one refresh with few fields, as the sandbox counts them."""
        self.sandbox.forget_requests()
        self.refresh_few()
        return len(self.sandbox.requests(self.few.account.oneflow_id))

    def _exchanges(self) -> Any:
        return Exchange.objects.filter(refresh=self.few.refreshes.order_by("-started_at").first())

    def statements(self, installation: Installation) -> int:
        """Every statement that an unchanged refresh costs, from the beat of dispatch to the last commit."""
        now = timezone.now()
        Installation.objects.filter(pk=installation.pk).update(refresh_at=now)
        with CaptureQueriesContext(connection) as captured:
            Heartbeat.beat("dispatch", now)
            lease_id = Installation.claim(now, limit=1, until=now + refreshing.settings.REFRESH_LEASE)
            assert lease_id is not None
            refreshing.refresh(installation.pk, lease_id)
        return len(captured)

    def bare_calls(self) -> None:
        """The same calls as a refresh with few fields, made with a bare session and json."""
        for address, headers in self._addresses():
            json.loads(self.session.get(address, headers=headers, timeout=30).content)

    def _addresses(self) -> list[tuple[str, dict[str, str]]]:
        if not hasattr(self, "addresses"):
            assert self.few.token is not None
            headers = {"X-Oneflow-API-Token": self.few.token.reveal()}
            acting = headers | {"X-Oneflow-User-Email": self.few.acting_user_email}
            self.addresses = [
                (f"{self.sandbox.api_url}{each.path}", acting if each.part == "usable" else headers)
                for each in self._exchanges()
            ]
        return self.addresses
