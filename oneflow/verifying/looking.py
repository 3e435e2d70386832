"""Ways to look that several facts share; each gives the function that looks."""

from collections.abc import Callable, Mapping

from oneflow.verifying import shapes
from oneflow.verifying.asking import Asked, CannotTell
from oneflow.verifying.fact import Seen, confirmed, holds, refuted

Look = Callable[[Asked], Seen]
Found = Callable[[Asked], Mapping[str, object]]
# No extension of anybody is called so.
NOBODY = "no_such_extension_type"


def of_first(path: str, parameters: Mapping[str, str] | None = None) -> Found:
    """The first object of a list."""
    return lambda asked: asked.first(path, parameters)


def of_single(path: str, parameters: Mapping[str, str] | None = None) -> Found:
    """The object that the list's first id leads to."""
    return lambda asked: asked.object(f"{path}/{{pk}}", pk=asked.first_id(path, parameters))


def has(found: Found, **wanted: str) -> Look:
    """The object has these attributes, of these types."""
    return lambda asked: shapes.attributes(found(asked), wanted)


def if_there(found: Found, name: str, kinds: str) -> Look:
    """An attribute that one client saw: right where it is there, and nothing can be said where it is not."""

    def look(asked: Asked) -> Seen:
        item = found(asked)
        if name not in item:
            raise CannotTell(f"{name} is not in the answer; one client saw it where it may depend on the account")
        return shapes.attributes(item, {name: kinds})

    return look


def is_served(path: str, parameters: Mapping[str, str] | None = None) -> Look:
    """The path answers 200."""

    def look(asked: Asked) -> Seen:
        answer = asked.get(path, parameters)
        return holds(answer.status == 200, answer.shown)

    return look


def leads_to_one(path: str, parameters: Mapping[str, str] | None = None) -> Look:
    """The first id of the list can be asked for by itself, and is the same object."""

    def look(asked: Asked) -> Seen:
        pk = asked.first_id(path, parameters)
        answer = asked.get(f"{path}/{{pk}}", pk=pk)
        if answer.status != 200 or not isinstance(answer.data, dict):
            return refuted(answer.shown)
        same = answer.data.get("id") == pk
        return holds(same, f"status 200, {'the one' if same else 'another than'} that was asked for")

    return look


def narrows_to_nothing(path: str, name: str, value: str) -> Look:
    """The parameter takes effect: what it asks for is nowhere, so that the list is empty."""

    def look(asked: Asked) -> Seen:
        if not asked.items(path):
            raise CannotTell(f"the account has nothing at {path} that could be left out")
        answer = asked.get(path, {name: value})
        if answer.status != 200:
            return refuted(answer.shown)
        left = asked.items(path, {name: value})
        return confirmed("the list is empty") if not left else refuted("the list is not narrowed")

    return look


def one_has(path: str, **wanted: str) -> Look:
    """The first id of the list can be asked for by itself, and the object has these attributes."""

    def look(asked: Asked) -> Seen:
        answer = asked.get(f"{path}/{{pk}}", pk=asked.first_id(path))
        if answer.status != 200 or not isinstance(answer.data, dict):
            return refuted(answer.shown)
        return shapes.attributes(answer.data, wanted)

    return look


def is_refused(path: str, parameters: Mapping[str, str], name: str) -> Look:
    """400, and the error names the parameter."""

    def look(asked: Asked) -> Seen:
        answer = asked.get(path, parameters)
        answer.demand_explained()
        named = shapes.parameters_named(answer.problems) if answer.problems else "none"
        return holds(answer.status == 400 and name in answer.problems, f"{answer.shown}; parameters named: {named}")

    return look


def why_not(why: str) -> Look:
    """Nothing is asked: the fact cannot be seen by reading."""

    def look(asked: Asked) -> Seen:
        raise CannotTell(why)

    return look
