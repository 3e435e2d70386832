"""Which lists may come without the documented envelope: clients take `GET /webhooks` either way.

API reference, sections 10.1 and 14 no. 11.
"""

ASSUMED = "Assumed: webhooks and integration extensions are listed in pages like everything else, or as one bare array."
# Where the documentation shows the envelope (pagination), a bare array is not understood.
MAY_BE_BARE = frozenset({"/webhooks", "/integration_extensions"})
