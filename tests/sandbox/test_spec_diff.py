"""`python -m sandbox spec-diff`: every difference is found, none is made up, and no file brings it down."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.openapi.document import document
from sandbox.spec_diff import telling
from sandbox.spec_diff.comparing import Difference, compare
from sandbox.spec_diff.facts import facts_of
from sandbox.spec_diff.reading import Unusable, read_document
from tests.sandbox.test_openapi import all_routes
from tests.sandboxes import ROOT

Json = dict[str, Any]
OWN = document(all_routes())
OURS = facts_of(OWN)


def small(**of_users: Any) -> Json:
    """A document with one operation, whose answer is an object with these properties."""
    schema = {"type": "object", "properties": of_users}
    answer = {"description": "", "content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.0.1", "info": {}, "paths": {"/users": {"get": {"responses": {"200": answer}}}}}


def differences(one: Json, other: Json) -> list[Difference]:
    """From the one, as the sandbox, to the other, as Oneflow."""
    return compare(facts_of(one), facts_of(other))


def told(one: Json, other: Json) -> list[tuple[str, str, str, str, str]]:
    return [(d.kind, d.found_in, d.name, d.sandbox, d.oneflow) for d in differences(one, other)]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sandbox", "spec-diff", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


# Alterations of our own document: each takes the document and a way to choose, and names the kind of difference.
Choose = Callable[[list[Any]], Any]


def operations(spec: Json) -> list[tuple[str, str]]:
    return [(path, method) for path, methods in spec["paths"].items() for method in methods]


def objects(schema: Any) -> Iterator[Json]:
    """Every object with attributes below the components, in a fixed order, that is not one of several variants.

    What one variant loses, another may still have: the value as a whole is then what it was.
    """
    if isinstance(schema, dict):
        if schema.get("properties"):
            yield schema
        for key, inner in schema.items():
            if key not in ("anyOf", "oneOf"):
                yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def enumerations(schema: Any) -> Iterator[Json]:
    if isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield schema
        for inner in schema.values():
            yield from enumerations(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from enumerations(inner)


def drop_path(spec: Json, choose: Choose) -> str:
    del spec["paths"][choose(sorted(spec["paths"]))]
    return "path"


def add_path(spec: Json, choose: Choose) -> str:
    spec["paths"]["/new/{thing}"] = copy.deepcopy(spec["paths"][choose(sorted(spec["paths"]))])
    return "path"


def drop_method(spec: Json, choose: Choose) -> str:
    path = choose(sorted(path for path, methods in spec["paths"].items() if len(methods) > 1))
    del spec["paths"][path][choose(sorted(spec["paths"][path]))]
    return "method"


def drop_status(spec: Json, choose: Choose) -> str:
    path, method = choose(operations(spec))
    responses = spec["paths"][path][method]["responses"]
    del responses[choose(sorted(responses))]
    return "status"


def add_status(spec: Json, choose: Choose) -> str:
    path, method = choose(operations(spec))
    spec["paths"][path][method]["responses"]["422"] = {"description": "new"}
    return "status"


def drop_parameter(spec: Json, choose: Choose) -> str:
    path, method = choose(operations(spec))
    parameters = spec["paths"][path][method]["parameters"]
    parameters.remove(choose(parameters))
    return "parameter"


def flip_parameter(spec: Json, choose: Choose) -> str:
    path, method = choose(operations(spec))
    parameter = choose(spec["paths"][path][method]["parameters"])
    parameter["required"] = not parameter["required"]
    return "required"


def drop_attribute(spec: Json, choose: Choose) -> str:
    chosen = choose(list(objects(spec["components"]["schemas"])))
    del chosen["properties"][choose(sorted(chosen["properties"]))]
    return "attribute"


def add_attribute(spec: Json, choose: Choose) -> str:
    choose(list(objects(spec["components"]["schemas"])))["properties"]["brand_new"] = {"type": "string"}
    return "attribute"


def flip_required(spec: Json, choose: Choose) -> str:
    chosen = choose(list(objects(spec["components"]["schemas"])))
    name = choose(sorted(chosen["properties"]))
    required = set(chosen.get("required", []))
    chosen["required"] = sorted(required ^ {name})
    return "required"


def change_type(spec: Json, choose: Choose) -> str:
    chosen = choose(list(objects(spec["components"]["schemas"])))
    name = choose(sorted(chosen["properties"]))
    chosen["properties"][name] = {"type": "number"}
    return "type"


def add_value(spec: Json, choose: Choose) -> str:
    choose(list(enumerations(spec)))["enum"].append("brand_new")
    return "values"


def drop_value(spec: Json, choose: Choose) -> str:
    enum = choose(list(enumerations(spec)))["enum"]
    enum.remove(choose(enum))
    return "values"


def free_values(spec: Json, choose: Choose) -> str:
    del choose(list(enumerations(spec)))["enum"]
    return "values"


ALTERATIONS = (
    drop_path, add_path, drop_method, drop_status, add_status, drop_parameter, flip_parameter, drop_attribute,
    add_attribute, flip_required, change_type, add_value, drop_value, free_values,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ALTERATIONS), st.data())
def test_every_single_alteration_is_found_in_both_directions(alteration: Any, data: st.DataObject) -> None:
    altered = copy.deepcopy(OWN)
    kind = alteration(altered, lambda found: data.draw(st.sampled_from(found)))

    theirs = facts_of(altered)

    assert kind in {one.kind for one in compare(OURS, theirs)}
    assert kind in {one.kind for one in compare(theirs, OURS)}


def rename_path_parameters(spec: Json) -> Json:
    text = json.dumps(spec)
    for name in ("user_id", "webhook_id", "template_type_id"):
        text = text.replace(f"{{{name}}}", "{renamed}")
        text = text.replace(f'"name": "{name}", "in": "path"', '"name": "renamed", "in": "path"')
    return json.loads(text)


def wrap_in_all_of(spec: Json) -> Json:
    schemas = spec["components"]["schemas"]
    spec["components"]["schemas"] = {name: {"allOf": [schema]} for name, schema in schemas.items()}
    return spec


def say_nullable_as_3_0_does(spec: Json) -> Json:
    return json.loads(json.dumps(spec).replace('"type": ["string", "null"]', '"type": "string", "nullable": true'))


def put_the_version_into_the_paths(spec: Json) -> Json:
    spec["paths"] = {f"/v1{path}": item for path, item in spec["paths"].items()}
    return spec


def demand_the_token_as_a_parameter(spec: Json) -> Json:
    del spec["security"]
    token = {"in": "header", "name": "x-oneflow-api-TOKEN", "required": True, "schema": {"type": "string"}}
    for item in spec["paths"].values():
        item["parameters"] = [{"$ref": "#/components/parameters/token"}]
    spec["components"]["parameters"] = {"token": token}
    return spec


@pytest.mark.parametrize(
    "rewrite",
    [rename_path_parameters, wrap_in_all_of, say_nullable_as_3_0_does, put_the_version_into_the_paths,
     demand_the_token_as_a_parameter],
)  # fmt: skip
def test_the_same_said_in_another_way_is_no_difference(rewrite: Callable[[Json], Json]) -> None:
    assert compare(OURS, facts_of(rewrite(copy.deepcopy(OWN)))) == []


def test_yaml_and_json_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(yaml.safe_dump(OWN))
    (tmp_path / "own.json").write_text("\ufeff" + json.dumps(OWN), encoding="utf-8")

    for name in ("own.yml", "own.json"):
        assert compare(OURS, facts_of(read_document(tmp_path / name))) == []


def test_statuses_that_yaml_reads_as_numbers_are_the_same(tmp_path: Path) -> None:
    text = yaml.safe_dump(small(id={"type": "integer"})).replace("'200'", "200")
    (tmp_path / "numbers.yml").write_text(text)

    assert "  200:" in text.replace("        200:", "  200:")
    assert differences(small(id={"type": "integer"}), read_document(tmp_path / "numbers.yml")) == []


def test_an_attribute_is_told_once_and_not_again_with_what_it_holds() -> None:
    one = small(id={"type": "integer"})
    other = small(id={"type": "integer"}, party={"type": "object", "properties": {"id": {"type": "integer"}}})

    assert told(one, other) == [("attribute", "oneflow", "party", "", "")]
    assert told(other, one) == [("attribute", "sandbox", "party", "", "")]


def test_a_value_of_an_enumeration_is_told_with_both_sets() -> None:
    one, other = small(state={"enum": ["a"], "type": "string"}), small(state={"enum": ["b", "a"], "type": "string"})

    assert told(one, other) == [("values", "both", "state", "a", "a, b")]


def test_one_of_is_everything_that_its_variants_can_be() -> None:
    person = {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "integer"}, "name": {}}}
    company = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "number": {}}}
    found = facts_of(small(party={"oneOf": [person, company, {"type": "null"}]})).operations["GET /users"].attributes

    def attribute(name: str) -> Any:
        return found["answer 200", name]

    assert attribute("party").types == {"object", "null"}
    assert attribute("party.id").types == {"integer", "string"}
    assert (attribute("party.id").required, attribute("party.name").required) == (True, False)
    assert ("answer 200", "party.number") in found


@pytest.mark.parametrize("other", [{"type": "string", "enum": ["all", "none"]}, {"type": "string"}])
def test_an_enumeration_is_seen_beside_a_variant_of_another_type(other: Json) -> None:
    """As of a limit, which is a number or `all`; a variant of the same type without one leaves it open."""
    number, listed = {"type": "integer", "maximum": 100}, {"type": "string", "enum": ["all"]}

    found = told(small(limit={"anyOf": [number, listed]}), small(limit={"anyOf": [number, other]}))

    assert found == [("values", "both", "limit", "all", "all, none" if "enum" in other else "any")]
    anything = small(limit={"anyOf": [{"type": "string"}, listed]})
    assert told(anything, small(limit={"anyOf": [{"type": "string"}, other]})) == []


def test_a_circle_of_references_ends() -> None:
    comment = {"$ref": "#/components/schemas/Comment"}
    spec = small(comment=comment)
    spec["components"] = {
        "schemas": {
            "Comment": {"type": "object", "properties": {"replies": {"type": "array", "items": comment}}},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Both": {"allOf": [{"$ref": "#/components/schemas/Both"}]},
        }
    }  # fmt: skip
    spec["paths"]["/loop"] = {"$ref": "#/paths/~1loop"}
    spec["paths"]["/users"]["get"]["parameters"] = [
        {"in": "query", "name": "a", "schema": {"$ref": "#/components/schemas/Loop"}},
        {"in": "query", "name": "b", "schema": {"$ref": "#/components/schemas/Both"}},
        {"$ref": "#/paths/~1users/get/parameters/2"},
    ]

    facts = facts_of(spec)

    assert ("answer 200", "comment.replies[]") in facts.operations["GET /users"].attributes
    assert all("in a circle" in note for note in facts.notes)
    assert facts.notes


@pytest.mark.parametrize("reference", ["#/components/schemas/None", "other.yml#/User", "https://x.example/a", "#", ""])
def test_a_reference_that_leads_nowhere_is_noted(reference: str) -> None:
    assert facts_of(small(id={"$ref": reference})).notes


def test_what_rests_on_an_assumption_is_told_with_the_difference(tmp_path: Path) -> None:
    altered = copy.deepcopy(OWN)
    del altered["paths"]["/integration_extensions"]
    (tmp_path / "oneflow.json").write_text(json.dumps(altered))

    ran = run(str(tmp_path / "oneflow.json"))

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "Paths that only the sandbox has (1)\n  GET /integration_extensions  [ASSUMED, section 6.18]\n" in ran.stdout


def test_json_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "small.json").write_text(json.dumps(small(id={"type": "integer"})))

    ran = run("--json", str(tmp_path / "small.json"))
    report = json.loads(ran.stdout)

    assert ran.returncode == 1
    assert report["same"] is False
    assert report["operations"] == {"oneflow": 1, "sandbox": len(OURS.operations)}
    assert sum(report["counts"].values()) == len(report["differences"])
    assert {"kind", "found_in", "operation", "where", "name", "sandbox", "oneflow", "confidence"} == set(
        report["differences"][0]
    )


def test_the_sandbox_compared_with_itself_is_the_same(tmp_path: Path) -> None:
    own = subprocess.run(
        [sys.executable, "-m", "sandbox", "openapi"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    (tmp_path / "own.json").write_text(own.stdout)

    ran = run(str(tmp_path / "own.json"))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("No differences.\n")


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


BOMB = b"a: &a [x]\n" + b"".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n".encode() for n in range(20)
)
BAD_FILES = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t\n", "is empty"),
    "html": (b"<!doctype html><title>Login</title>", "web page"),
    "xml": (b"<?xml version='1.0'?><a/>", "web page or XML"),
    "binary": (b"\x00\x01\xff\xfe", "not text in UTF-8"),
    "nul": (b"openapi: \x00", "neither JSON nor YAML"),
    "cut off": (b'{"openapi": "3.0.1", "paths": {', "neither JSON nor YAML"),
    "list": (b"[1, 2]", "not an object"),
    "text": (b"hello", "not an object"),
    "swagger": (b"swagger: '2.0'\npaths: {}", "Swagger 2.0"),
    "no version": (b"paths: {/a: {get: {}}}", "no version"),
    "version 4": (b"openapi: 4.0.0\npaths: {/a: {get: {}}}", "OpenAPI 4.0.0"),
    "no paths": (b"openapi: 3.0.1\ninfo: {}", "no paths"),
    "empty paths": (b"openapi: 3.0.1\npaths: {}", "no paths"),
    "paths a list": (b"openapi: 3.0.1\npaths: [1]", "no paths"),
    "no operation": (b"openapi: 3.0.1\npaths: {/a: {}}", "no operation"),
    "bomb": (b"openapi: 3.0.1\npaths: {}\n" + BOMB, "unfolds to more than"),
    "alias circle": (b"openapi: 3.0.1\npaths: &a {/a: *a}", "leads back into itself"),
    "two documents": (b"openapi: 3.0.1\n---\nopenapi: 3.0.1\n", "neither JSON nor YAML"),
    "python object": (b"openapi: !!python/object/apply:os.system [ls]", "neither JSON nor YAML"),
    "deep yaml": (b"a: " + nested(100_000), ""),
    "deep json": (b'{"a": ' + nested(100_000) + b"}", ""),
    "huge number": (b'{"openapi": ' + b"9" * 5000 + b"}", ""),
    "impossible date": (b"openapi: 2021-99-99", "cannot be read"),
    "key that is a list": (b"? [1, 2]\n: 3\nopenapi: 3.0.1", ""),
    "tab": (b"openapi:\t3.0.1\n\tpaths: {}", ""),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    content, sentence = BAD_FILES[name]
    (tmp_path / "bad").write_bytes(content)

    with pytest.raises(Unusable, match=sentence or ".") as refused:
        facts_of(read_document(tmp_path / "bad"))

    assert len(str(refused.value)) < 400


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, sentence in ((tmp_path, "not a file"), (tmp_path / "none", "no file"), (Path("/dev/zero"), "not a file")):
        with pytest.raises(Unusable, match=sentence):
            read_document(path)
    with pytest.raises(Unusable):
        read_document(Path("x" * 5000))
    with pytest.raises(Unusable):
        read_document(Path("a\0b"))


def test_a_huge_file_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(5_000_000_000)

    with pytest.raises(Unusable, match="larger than 20 MB"):
        read_document(tmp_path / "huge")


def test_schemas_that_multiply_by_their_references_are_refused() -> None:
    spec = small(a={"$ref": "#/components/schemas/S0"})
    schemas = {
        f"S{n}": {"properties": {key: {"$ref": f"#/components/schemas/S{n + 1}"} for key in "abcd"}} for n in range(30)
    }
    spec["components"] = {"schemas": schemas}

    with pytest.raises(Unusable, match="refer to each other"):
        facts_of(spec)


def test_the_command_says_it_in_a_sentence_and_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("swagger: '2.0'")

    for file in (str(tmp_path / "bad"), str(tmp_path / "none")):
        ran = run(file)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.count("\n") == 1
        assert "Traceback" not in ran.stderr


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["get", "parameters", "responses", "200", "content", "schema", "$ref", "properties", "type", "enum",
             "allOf", "oneOf", "items", "required", "in", "name", "security", "requestBody", "application/json",
             "nullable"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ANY_JSON, ANY_JSON, ANY_JSON)
def test_no_document_brings_it_down(item: Any, components: Any, security: Any) -> None:
    spec = {"openapi": "3.0.1", "paths": {"/a": item, "/b/{x}": {"get": item}}, "components": components}
    spec["security"] = security
    try:
        facts = facts_of(spec)
    except Unusable:
        return
    found = compare(OURS, facts)

    assert found
    assert list(telling.in_words("any", OURS, facts, found))


def test_names_in_a_document_cannot_steer_the_terminal() -> None:
    theirs = facts_of(small(**{"\x1b[2J\ud800": {"type": "string"}}))

    text = "\n".join(telling.in_words("x", OURS, theirs, compare(OURS, theirs)))

    assert "\x1b" not in text
    assert text.encode()
