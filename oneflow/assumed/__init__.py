"""What Oneflow does not document and the client rests on: one small module for each thing.

`ASSUMED` in each is the sentence that a screen shows where a statement rests on it. When the real Oneflow turns out
to differ, its module is the only place to change (API reference, section 14).
"""

from oneflow.assumed import (
    contract_create_answer,
    custom_ids,
    extension_objects,
    lists,
    template_activity,
    webhook_filters,
    webhook_ids,
    webhook_writes,
)

ASSUMPTIONS: dict[str, str] = {
    "extension_objects": extension_objects.ASSUMED,
    "webhook_filters": webhook_filters.ASSUMED,
    "webhook_ids": webhook_ids.ASSUMED,
    "webhook_writes": webhook_writes.ASSUMED,
    "lists": lists.ASSUMED,
    "custom_ids": custom_ids.ASSUMED,
    "template_activity": template_activity.ASSUMED,
    "contract_create_answer": contract_create_answer.ASSUMED,
}
