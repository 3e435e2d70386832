"""Facts about templates, template types and the helper (sections 6.7 to 6.9, 7 and 14)."""

from oneflow.assumed import contract_create_answer
from oneflow.verifying import shapes
from oneflow.verifying.asking import Asked, CannotTell
from oneflow.verifying.fact import Fact, Seen, confirmed, holds, refuted
from oneflow.verifying.looking import NOBODY, has, leads_to_one, narrows_to_nothing, of_first, of_single, one_has

_ALL = {"filter[active]": ""}
_TEMPLATE = of_first("/templates", _ALL)
_SINGLE = of_single("/templates", _ALL)


def _unknown_extension(asked: Asked) -> Seen:
    answer = asked.get("/templates", {"extension_type": NOBODY})
    answer.demand_explained()
    return holds(answer.status == 404 and answer.error_code == 4_040_000, answer.shown)


def _creator_roles(asked: Asked) -> Seen:
    configuration = _TEMPLATE(asked).get("configuration")
    if not isinstance(configuration, dict):
        return refuted(f"the keys of a template are: {shapes.keys_of(_TEMPLATE(asked))}")
    return shapes.attributes(configuration, {"default_creator_roles": "object"})


def _tag_of_a_template(asked: Asked) -> Seen:
    tags = [tag for template in asked.items("/templates", _ALL) for tag in _listed(template, "tags")]
    if not tags:
        raise CannotTell("no template of the first page has a tag")
    return shapes.attributes(tags[0], {"id": "integer", "name": "string"})


def _workspaces_of_a_template(asked: Asked) -> Seen:
    if not isinstance(_TEMPLATE(asked).get("workspaces"), list):
        return refuted(f"the keys of a template are: {shapes.keys_of(_TEMPLATE(asked))}")
    found = [place for template in asked.items("/templates", _ALL) for place in _listed(template, "workspaces")]
    if not found:
        raise CannotTell("no template of the first page is in a workspace")
    return shapes.attributes(found[0], {"id": "integer"})


def _link_without_type(asked: Asked) -> Seen:
    bare = [item for item in asked.items("/templates", _ALL) if item.get("template_type", "") is None]
    if not bare:
        raise CannotTell("every template of the first page has a template type")
    links = bare[0].get("_links")
    link = links.get("template_type") if isinstance(links, dict) else None
    is_null = isinstance(link, dict) and "href" in link and link["href"] is None
    return holds(is_null, "href is null" if is_null else "no link with a null href")


def _hand_made_type(asked: Asked) -> Seen:
    kinds = {shapes.kind_of(item.get("extension_type", False)) for item in asked.items("/template_types")}
    if "null" in kinds:
        return confirmed("a type with extension_type null is there")
    if kinds <= {"string"}:
        raise CannotTell("every template type of the first page has an extension type")
    return refuted(f"extension_type is {' or '.join(sorted(kinds))}")


def _helper_of_fields(asked: Asked) -> Seen:
    pk = asked.first_id("/template_types")
    answer = asked.get("/helpers/template_types/{pk}/data_fields", pk=pk)
    if answer.status != 200 or not isinstance(answer.data, dict):
        return refuted(answer.shown)
    return shapes.attributes(answer.data, {"data_fields": "array"})


def _helper_of_nobody(asked: Asked) -> Seen:
    answer = asked.get(contract_create_answer.PATH, {"extension_type": NOBODY}, as_user=True)
    empty = answer.status == 200 and answer.data == []
    return holds(empty, "status 200 with an empty array" if empty else f"{answer.shown}, {shapes.kind_of(answer.data)}")


def _listed(template: dict[str, object], name: str) -> list[dict[str, object]]:
    found = template.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


FACTS = (
    Fact(
        "template-active",
        "6.7",
        "C",
        "A template says under template_active whether it is active.",
        "GET /templates?filter[active]=",
        has(_TEMPLATE, template_active="boolean"),
    ),
    Fact(
        "template-tags",
        "6.7",
        "C",
        "A template lists its tags, each with id and name.",
        "GET /templates?filter[active]=",
        _tag_of_a_template,
    ),
    Fact(
        "template-workspaces",
        "6.7",
        "C",
        "A template lists the workspaces in which it can be used.",
        "GET /templates?filter[active]=",
        _workspaces_of_a_template,
    ),
    Fact(
        "template-creator-roles",
        "6.7",
        "C",
        "A template has configuration.default_creator_roles.",
        "GET /templates?filter[active]=",
        _creator_roles,
    ),
    Fact(
        "template-link-without-type",
        "6.7",
        "C",
        "The link to the type of a template without one has href null.",
        "GET /templates?filter[active]=",
        _link_without_type,
    ),
    Fact(
        "template-by-id",
        "5",
        "C",
        "One template can be read by its id.",
        "GET /templates/{id}",
        leads_to_one("/templates", _ALL),
    ),
    Fact(
        "template-single-attributes",
        "6.7",
        "C",
        "A single template also has sign_order, attachment_file_groups, pdf_file_groups, _private and two workflows.",
        "GET /templates/{id}",
        has(
            _SINGLE,
            sign_order="array",
            attachment_file_groups="array",
            pdf_file_groups="array",
            _private="object",
            draft_approval_workflow="object|null",
            pending_approval_workflow="object|null",
        ),
    ),
    Fact(
        "templates-unknown-extension",
        "6.7",
        "ASSUMED",
        "Templates of an extension type that none has are refused with 404 and error_code 4040000.",
        f"GET /templates?extension_type={NOBODY}",
        _unknown_extension,
    ),
    Fact(
        "template-type-active",
        "6.8",
        "C",
        "A template type says under active whether it is active.",
        "GET /template_types",
        has(of_first("/template_types"), active="boolean"),
    ),
    Fact(
        "template-type-handmade",
        "6.8",
        "C",
        "A template type that was made by hand has the extension type null.",
        "GET /template_types",
        _hand_made_type,
    ),
    Fact(
        "template-type-by-id",
        "5",
        "C",
        "One template type can be read by its id, and has its data fields.",
        "GET /template_types/{id}",
        one_has("/template_types", data_fields="array"),
    ),
    Fact(
        "template-type-fields-helper",
        "5",
        "C",
        "The helper gives the data fields of a template type under data_fields.",
        "GET /helpers/template_types/{id}/data_fields",
        _helper_of_fields,
    ),
    Fact(
        "template-types-by-extension",
        "14",
        "ASSUMED",
        "The template types can be narrowed by extension_type.",
        f"GET /template_types?extension_type={NOBODY}",
        narrows_to_nothing("/template_types", "extension_type", NOBODY),
    ),
    Fact(
        "helper-unknown-extension",
        "7",
        "ASSUMED",
        "The helper answers an extension type that no template has with an empty array.",
        f"GET {contract_create_answer.PATH}?extension_type={NOBODY}",
        _helper_of_nobody,
    ),
)
