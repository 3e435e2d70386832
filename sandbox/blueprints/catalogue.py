"""What an account's marketplace lists beside the extensions of partners, and which extension is the fleet's own."""

# The extension that every account of the fleet has enabled, and that the control plane means when none is named.
FIRST_KEY = "acme_ledger"
# Oneflow's own; the first three are those that a partner's extension may depend on (section 12.1). There is nothing
# behind them here but whether they are on.
CATALOGUE = {
    "api_tokens": ("API tokens", "Tokens for your own integrations"),
    "template_types": ("Template types", "Data fields for templates"),
    "webhooks": ("Webhooks", "Calls to your own systems"),
    "hubspot": ("HubSpot", "Contracts from HubSpot deals"),
    "salesforce_v2": ("Salesforce", "Contracts from Salesforce"),
}
