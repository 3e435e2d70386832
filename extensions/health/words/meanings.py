"""What each code means wherever it holds: what follows from it for the customer, and how the console comes to know.

The words of one finding, with its names and its evidence, are those of `explain`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means and how it is known; when it holds and its verdict as the table of codes says it.

    `several` is the sentence for several at once, "" where there can be only one.
    """

    means: str
    how: str
    several: str = ""
    holds: str = ""
    verdict: str = ""


MEANINGS: dict[str, Meaning] = {
    "refresh.stale": Meaning(
        "Nobody has looked into the account for longer than a verdict is good for. Nothing is known to be broken; it "
        "is only not known whether all is well.",
        "The time until which the last verdict was good has passed, and no refresh has renewed it.",
        holds="the last refresh is longer ago than a verdict is good for",
    ),
    "token.unreadable": Meaning(
        "The console keeps the token sealed and cannot open it, so it reads nothing of the account. Oneflow has "
        "refused nothing, and the product may go on with the token that it holds itself.",
        "None of the keys in VAULT_KEYS opens the sealed token. Oneflow was not asked.",
        holds="the vault has no key that opens the token: our fault",
    ),
    "token.rejected": Meaning(
        "With this token neither the console nor the product gets into the account: contracts are neither made nor "
        "followed. What is in Oneflow stays as it is.",
        "GET /ping with the token alone, without any user, answers 401. A refused user alone never shows this.",
        holds="`GET /ping` with the token alone answers 401",
    ),
    "token.foreign": Meaning(
        "The token works, but for another account or another integration. What it shows says nothing about this "
        "installation, and contracts made with it are not made through our extension.",
        "GET /accounts/me answers 200 with another account id than the one connected, or with another integration "
        "key than the extension's.",
        holds="`GET /accounts/me` shows another account, or another integration key than ours",
    ),
    "api.limited": Meaning(
        "Oneflow takes no more calls with this token for some minutes, neither ours nor the product's. It passes by "
        "itself, and meanwhile what was read before is shown.",
        "At least one part of the last refresh was answered 429.",
        holds="a part answered 429 in the last refresh",
    ),
    "api.failing": Meaning(
        "Oneflow fails for this account while it answers for others. What could not be read is shown as it was last "
        "known, and nothing of it is called missing.",
        "At least one part of the last refresh was answered 5xx or 4xx, with something that cannot be understood, or "
        "not at all, and no other finding tells why.",
        holds="a part answered 5xx, 4xx or something unreadable, or not at all",
        verdict="warning, failing after 1 h",
    ),
    "user.unset": Meaning(
        "Nobody is chosen in whose name contracts are made. Whether any template of ours can be used is therefore not "
        "known.",
        "The console has no acting user on record. Oneflow is not asked about it.",
        holds="no acting user is chosen",
    ),
    "user.gone": Meaning(
        "Oneflow takes no call in this user's name, so no contract can be made or sent.",
        "GET /users answers 200, and the acting user's email is not in it, or is there as inactive.",
        holds="the acting user is not listed any more, or inactive",
    ),
    "extension.absent": Meaning(
        "Oneflow does not list our extension in the account at all, neither on nor off. Nothing that it makes there "
        "can be counted on.",
        "GET /integration_extensions answers 200 without the extension's key.",
        holds="our extension is not listed",
    ),
    "extension.disabled": Meaning(
        "The extension is switched off in the account. Contracts are not passed on while it is.",
        "GET /integration_extensions answers 200 and lists the extension as disabled.",
        holds="listed, and disabled",
    ),
    "dependency.disabled": Meaning(
        "An extension that ours needs is switched off. What ours makes by it, template types or webhooks, may be "
        "missing or still.",
        "GET /integration_extensions answers 200 and lists one that ours depends on as disabled.",
        "{number} extensions that ours depends on are disabled",
        holds="an extension that ours depends on is listed as disabled",
    ),
    "template_type.missing": Meaning(
        "The account lacks a template type that its version of the blueprint has. No contract of that kind can be "
        "made, and its fields and its webhook cannot be there either.",
        "GET /template_types answers 200 without one for the blueprint's extension type.",
        "{number} template types of ours are missing",
        holds="the account has no type for one of the blueprint's",
    ),
    "template_type.inactive": Meaning(
        "The template type is there, and switched off: no new contract of its kind can be made.",
        "GET /template_types answers 200, and the type has active: false.",
        "{number} template types of ours are inactive",
        holds="there, and inactive",
    ),
    "template_type.unused": Meaning(
        "No active template uses the template type, so no contract of its kind can be made. Where this is so of every "
        "type of ours, nothing can be made at all, and it is failing.",
        "GET /templates answers 200, and none of its active templates has the type.",
        "{number} template types of ours are used by no active template",
        holds="no active template uses the type",
        verdict="warning; failing when no type of ours has an active template",
    ),
    "workspace.none": Meaning(
        "In no workspace is the acting user offered a template of ours, so the product cannot make a contract in that "
        "user's name.",
        "GET /helpers/contract_create_data, asked as the acting user, answers 200 without a template of ours.",
        holds="the helper offers the acting user no template of ours",
    ),
    "field.missing": Meaning(
        "The product has a value and no field to put it into: contracts are made without it. If the field is required, "
        "that is failing.",
        "GET /template_types/{id} answers 200 without the field's custom_id.",
        "{number} fields are missing",
        holds="a field of the blueprint is not in its type",
        verdict="failing if required, else warning",
    ),
    "field.inactive": Meaning(
        "A field that is off acts like one that was removed: Oneflow takes no value for it. If it is required, that is "
        "failing.",
        "GET /template_types/{id} answers 200, and the field has active: false.",
        "{number} fields are off",
        holds="there, and off",
        verdict="failing if required, else warning",
    ),
    "field.changed": Meaning(
        "Its name, description or placeholder is not the blueprint's. Nothing is broken, as values are filled by "
        "custom_id; people may look for it under another name.",
        "GET /template_types/{id} answers 200, and the texts of the field differ from the blueprint version.",
        "{number} fields differ from the blueprint",
        holds="its name, description or placeholder differ from the blueprint",
    ),
    "field.shadowed": Meaning(
        "Somebody in the account made a field with the name of one of ours. Whoever builds a template may place the "
        "wrong one, which then stays empty.",
        "GET /template_types/{id} answers 200 with an active field of source user that has the same name, case and "
        "spaces aside.",
        "{number} fields of ours share their name with another field",
        holds="an active field that a user made bears the name of one of ours, by the blueprint or as it is called "
        "there, case and spaces aside",
    ),
    "webhook.missing": Meaning(
        "Oneflow tells nobody of ours when a contract of this type is sent, signed or declined: the product learns of "
        "it late or never.",
        "GET /webhooks answers 200, and none of ours is tied to the template type, nor to none at all.",
        "{number} template types have no webhook of ours",
        holds="a type of ours has no webhook of ours, and none of ours is unbound",
    ),
    "webhook.misdirected": Meaning(
        "Oneflow tells of these contracts at an address where nobody of ours listens.",
        "GET /webhooks answers 200, and the address of one of ours matches no right pattern of the extension.",
        "{number} webhooks point to a wrong address",
        holds="the address of one of ours matches no right pattern",
    ),
    "webhook.insecure": Meaning(
        "Its address does not begin with https, as Oneflow asks: it may never be called, and whatever it sends could "
        "be read on the way.",
        "GET /webhooks answers 200, and the address of one of ours is not https; this very machine excepted.",
        "{number} webhooks do not use https",
        holds="one of ours does not use https; loopback excepted",
    ),
    "webhook.deaf": Meaning(
        "Its filters keep back events, or whole workspaces, that the product needs: those contracts change unnoticed.",
        "GET /webhooks answers 200, and the filters of one of ours leave out a wanted event type, or a workspace that "
        "has templates of its type.",
        "{number} webhooks leave out what we need",
        holds="the filters of one of ours leave out a wanted event type, or a workspace that has its type's templates",
    ),
    "webhook.duplicate": Meaning(
        "Everything is told more than once. Nothing is lost; the product may do things twice.",
        "GET /webhooks answers 200, and two or more of ours are tied to the template type.",
        "{number} template types have several webhooks of ours",
        holds="a type has two or more of ours",
    ),
    "webhook.unbound": Meaning(
        "It sends the events of every contract of the account, not only of ours: we are told of contracts that are "
        "none of our business.",
        "GET /webhooks answers 200, and one of ours has no template_group_id.",
        "{number} webhooks send every contract of the account",
        holds="one of ours is tied to no template type: every contract of the account is sent",
    ),
    "webhook.legacy": Meaning(
        "It sends the former format, which the receiver does not understand: the product learns nothing from it.",
        "GET /webhooks answers 200, and one of ours has legacy_webhook: true.",
        "{number} webhooks send the old format",
        holds="one of ours has the old format",
    ),
    "mapping.incomplete": Meaning(
        "A field that is there is filled by nothing, or something is to be filled that is not there: contracts are "
        "made without that value. If the field is required, that is failing.",
        "The console compares what fills each field in this account, by the extension's mapping and the account's own "
        "rules, with the active fields that GET /template_types/{id} answered. An optional field that was left empty "
        "in the account on purpose counts as settled.",
        "{number} fields and what fills them do not meet",
        holds="nothing fills an active field of the blueprint, or a mapping fills a field that is not there or off",
        verdict="failing if required, else warning",
    ),
}
