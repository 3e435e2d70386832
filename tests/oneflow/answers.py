"""Answers of Oneflow as the API reference shows them."""

from typing import Any

ACCOUNT: dict[str, Any] = {
    "_links": {"self": {"href": "https://api.oneflow.com/v1/accounts/me"}},
    "country_code": "SE",
    "created_time": "2023-02-01T08:00:00+00:00",
    "id": 410021,
    "name": "Norrsken Konsult AB",
    "registration_number": "559900-1234",
    "token_info": {"integration": {"id": 7701, "key": "acme_ledger"}},
    "updated_time": None,
}
USER: dict[str, Any] = {
    "active": True,
    "email": "maja.lind@norrsken.example",
    "id": 52010,
    "is_admin": True,
    "name": "Maja Lind",
    "phone_number": "",
    "state": "registered",
    "title": "Sales manager",
}
WORKSPACE: dict[str, Any] = {
    "_permissions": {"contract:create": True},
    "company_name": "Norrsken Konsult AB",
    "country_code": "SE",
    "id": 13001,
    "name": "Sales",
    "registration_number": "559900-1234",
}
TEMPLATE: dict[str, Any] = {
    "id": 17001,
    "name": "Engagement letter",
    "template_active": True,
    "template_type": {"extension_type": "acme_ledger", "id": 5201, "name": "Acme Ledger"},
    "workspaces": [{"id": 13001, "name": "Sales"}],
}
DATA_FIELD: dict[str, Any] = {
    "active": True,
    "custom_id": "customer_number",
    "description": "Number in the ledger",
    "id": 90411,
    "name": "Customer number",
    "placeholder": "e.g. 10042",
    "source": "system",
    "value": "",
}
TEMPLATE_TYPE: dict[str, Any] = {
    "active": True,
    "data_fields": [DATA_FIELD],
    "description": "Fields filled by Acme Ledger",
    "extension_type": "acme_ledger",
    "id": 5201,
    "name": "Acme Ledger",
}
WEBHOOK: dict[str, Any] = {
    "webhook_id": 20565,
    "id": 20565,
    "callback_url": "https://hooks.acme.example/oneflow/410021",
    "configuration": {"password": "hook-password"},
    "filters": [
        {
            "filter_rules": [
                {"type": "EVENT_TYPE", "values": ["contract:publish", "contract:sign"]},
                {"type": "WORKSPACE", "values": [13001]},
            ]
        }
    ],
    "integration_instance": 7701,
    "legacy_webhook": False,
    "sign_key": "kontor-sign-key-2025",
    "template_group_id": 5201,
}
EXTENSION: dict[str, Any] = {
    "id": 7701,
    "name": "Acme Ledger",
    "extension_type": "acme_ledger",
    "enabled": True,
}
USABLE_WORKSPACE: dict[str, Any] = {
    "id": 13001,
    "name": "Sales",
    "templates": [{"id": 17001, "name": "Engagement letter", "template_type": TEMPLATE["template_type"]}],
}
CONTRACT: dict[str, Any] = {
    "_links": {"self": {"href": "https://api.oneflow.com/v1/contracts/610001"}},
    "_private": {"name": "Engagement letter, Fjord AS", "value": None, "workspace_id": 13001},
    "_private_ownerside": {
        "created_time": "2025-03-04T09:15:00+00:00",
        "template_id": 17001,
        "template_type_id": 5201,
    },
    "data_fields": [
        {
            "_private_ownerside": {"custom_id": "customer_number"},
            "active": True,
            "id": 990001,
            "name": "Customer number",
            "source": "system",
            "value": "10042",
        }
    ],
    "id": 610001,
    "parties": [
        {"id": 1, "name": "Fjord AS", "participants": [{"id": 2, "name": "Ida Berg", "email": "ida@fjord.example"}]}
    ],
    "state": "draft",
}
