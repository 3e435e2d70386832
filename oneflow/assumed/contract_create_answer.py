"""The helper that says what a user can create contracts from: its answer is a bare array in the connector.

API reference, sections 7 and 14.
"""

ASSUMED = "Assumed: /helpers/contract_create_data answers an empty list, and no error, when no template is usable."
PATH = "/helpers/contract_create_data"
