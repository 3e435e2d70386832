"""Facts that nobody can see by reading: they are listed with why, so that the list is whole."""

from oneflow.verifying.fact import Fact
from oneflow.verifying.looking import why_not

WRITING = "not testable without writing"
_WAITING = "only the receiver of a webhook sees it"
_UI = f"{WRITING}: it happens when somebody enables or disables the extension"


def _fact(name: str, section: str, mark: str, sentence: str, why: str = WRITING) -> Fact:
    return Fact(name, section, mark, sentence, "", why_not(why))


FACTS = (
    _fact(
        "email-missing",
        "2.2",
        "ASSUMED",
        "A required user email that is missing is refused with 400 naming the header.",
    ),
    _fact(
        "error-codes",
        "14",
        "ASSUMED",
        "There are no specific error codes beside 4000003.",
        "codes are seen one by one, and there is no list to read",
    ),
    _fact(
        "retry-after",
        "14",
        "ASSUMED",
        "An answer of 429 has no Retry-After.",
        "it cannot be seen without using up the rate limit, which the product shares",
    ),
    _fact("folder-writes", "5", "C", "Folders are made, changed and deleted by POST, PUT and DELETE."),
    _fact("tag-writes", "5", "C", "Tags are made, changed and deleted by POST, PUT and DELETE."),
    _fact("contact-writes", "5", "C", "Contacts are made, changed and deleted by POST, PUT and DELETE."),
    _fact("fields-put-wrapper", "13", "C", "The data fields of a type are sent and answered in {data_fields: […]}."),
    _fact("fields-put-keeps-system", "13", "ASSUMED", "A PUT that leaves out a system field keeps it."),
    _fact("template-type-writes", "14", "ASSUMED", "Template types are not changed or deleted through the API."),
    _fact("contract-copy", "5", "C", "A contract is copied by POST …/copy."),
    _fact("contract-move", "5", "C", "A contract is moved by POST …/move."),
    _fact("contract-decline", "5", "C", "A contract is declined by POST …/decline."),
    _fact("contract-mark-as-signed", "5", "C", "A contract is marked as signed by POST …/mark_as_signed."),
    _fact("contract-end", "5", "ASSUMED", "Contracts are not terminated, cancelled or extended through the API."),
    _fact("party-create", "5", "C", "A party is added by POST …/parties."),
    _fact("party-update", "5", "ASSUMED", "A party is changed by PUT …/parties/{id}."),
    _fact("participant-writes", "5", "ASSUMED", "A participant is changed and removed by PUT and DELETE."),
    _fact("access-link", "8.6", "C", "A link for signing is made by POST …/access_link."),
    _fact("comment-create", "14", "ASSUMED", "A comment is made by POST …/comments."),
    _fact(
        "create-my-party", "8.1", "C", "Creating a contract takes my_party with name, number, country and participants."
    ),
    _fact("create-deal-size", "8.1", "ASSUMED", "The deal size is sent as value with amount and currency."),
    _fact("create-field-active", "8.1", "ASSUMED", "A field sent with active while creating is refused with 400."),
    _fact(
        "create-field-unknown", "8.1", "ASSUMED", "An unknown or inactive custom_id while creating is refused with 400."
    ),
    _fact("lifecycle-settings", "9.2", "ASSUMED", "Which lifecycle settings a type allows is as section 9.2 proposes."),
    _fact(
        "no-idempotency", "14", "ASSUMED", "There are no idempotency keys: a repeated create makes a second contract."
    ),
    _fact("webhook-create", "14", "ASSUMED", "A webhook that was made is answered with 200."),
    _fact("webhook-update", "5", "C", "A webhook is changed by PUT."),
    _fact("webhook-protected", "10.4", "ASSUMED", "PUT and DELETE of a webhook of an extension are refused with 403."),
    _fact(
        "webhook-filter-rules",
        "10.2",
        "ASSUMED",
        "Rules in one filter must all hold, one of several filters is enough.",
        _WAITING,
    ),
    _fact(
        "signature-without-key",
        "11.3",
        "ASSUMED",
        "Without a sign key the signature is the SHA-1 of callback_id.",
        _WAITING,
    ),
    _fact(
        "delivery-gives-up",
        "11.4",
        "ASSUMED",
        "After the tenth failure a delivery is dropped, and the webhook stays.",
        _WAITING,
    ),
    _fact("delivery-timeout", "11.4", "ASSUMED", "A receiver has 10 seconds to answer.", _WAITING),
    _fact("delivery-order", "11.4", "ASSUMED", "Deliveries come in no order.", _WAITING),
    _fact("delivery-redirects", "11.4", "ASSUMED", "Redirects of a receiver are not followed.", _WAITING),
    _fact(
        "event-types",
        "11.5",
        "C",
        "There are events of participants, parties, products and comments as section 11.5 lists.",
        _WAITING,
    ),
    _fact(
        "legacy-body", "11.6", "C", "Webhooks of the old format send agreement_id and numbered event types.", _WAITING
    ),
    _fact(
        "blueprint-form",
        "12.2",
        "ASSUMED",
        "A blueprint has the form of section 12.2.",
        "it lies with Oneflow and no path shows it",
    ),
    _fact("setup-protocol", "12.3", "ASSUMED", "The Setup URL is called with the parameters of section 12.3.", _UI),
    _fact("disable-silent", "12.3", "ASSUMED", "Nobody is told when the extension is disabled.", _UI),
    _fact(
        "webhook-authentication",
        "12.5",
        "ASSUMED",
        "A webhook authenticates in the ways that section 12.5 proposes.",
        _WAITING,
    ),
    _fact("disable-token", "12.6", "ASSUMED", "Disabling the extension revokes its token.", _UI),
    _fact("disable-webhooks", "12.6", "ASSUMED", "Disabling the extension removes its webhooks.", _UI),
    _fact("disable-types", "12.6", "ASSUMED", "Disabling the extension keeps its template types, inactive.", _UI),
    _fact(
        "enable-again",
        "12.6",
        "ASSUMED",
        "Enabling again brings back the template types, with a new token and new webhook ids.",
        _UI,
    ),
)
