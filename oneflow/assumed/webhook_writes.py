"""What changing a webhook takes, and what it does with a key that is left out: not documented.

API reference, sections 10.1 and 14.
"""

ASSUMED = "Assumed: changing a webhook takes the keys that creating one takes, and leaves what is sent as it was shown."
KEYS = (
    "callback_url",
    "configuration",
    "filters",
    "integration_process_id",
    "sign_key",
    "template_group_id",
)
