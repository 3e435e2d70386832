"""The sandbox as a whole in the control plane: misbehaving answers, the request log, switches, and a new start."""

import re
from typing import Any

from sandbox import answers, api_log, rate, request_log, schedules, switches
from sandbox.api.described import own_document
from sandbox.api.door import normalised
from sandbox.control.asking import Asked, Refused, account_named
from sandbox.delivery import faults
from sandbox.delivery.sending import sender
from sandbox.delivery.storing import rescale
from sandbox.fleet import storing
from sandbox.models import Account
from sandbox.tickets import ACCESS, DOWNLOADS
from sandbox.traffic import running as traffic

LONGEST_DELAY = 600
LAST_REQUESTS = 1000


def openapi(asked: Asked) -> dict[str, Any]:
    """The OpenAPI document of the API that is served here."""
    return own_document()


def listed_answers(asked: Asked) -> list[dict[str, Any]]:
    return answers.listed()


def ask_for_answer(asked: Asked) -> list[dict[str, Any]]:
    """One more misbehaviour; all that are asked for are listed."""
    answers.ask_for(answer_of(asked))
    return answers.listed()


def answer_of(asked: Asked) -> answers.Answer:
    """The misbehaviour that a body describes."""
    asked.only("account", "path", "kind", "status", "seconds", "times")
    kind = asked.text("kind")
    if kind not in answers.KINDS:
        raise Refused(400, f"kind: one of {', '.join(answers.KINDS)} is expected.")
    return answers.Answer(
        kind=kind,
        account=account_named(asked),
        path=_path(asked),
        status=asked.whole("status", low=400, high=599, default=500),
        seconds=asked.seconds("seconds", high=LONGEST_DELAY, default=5),
        times=asked.whole("times", low=1, high=1_000_000),
    )


def _path(asked: Asked) -> str | None:
    """The path as requests are compared with it; 400 for one that no request could have."""
    text = asked.text("path", longest=1000)
    if text is None:
        return None
    path = normalised(f"/v1{text}") if text.startswith("/") and "?" not in text else None
    if path is None or re.match("/v1(/|$)", path):
        raise Refused(400, "path: it begins with a slash and is what follows /v1, without a query: /webhooks.")
    return path


def end_answers(asked: Asked) -> list[dict[str, Any]]:
    answers.end_all()
    return answers.listed()


def requests(asked: Asked) -> list[dict[str, Any]]:
    last = asked.query_number("limit")
    return request_log.requests(asked.query_number("account"), LAST_REQUESTS if last is None else last)


def clear_requests(asked: Asked) -> list[dict[str, Any]]:
    request_log.clear()
    return []


def listed_switches(asked: Asked) -> dict[str, Any]:
    return switches.listed()


def turn_switches(asked: Asked) -> dict[str, Any]:
    """Set the switches named in the body; none is set when one of them is wrong."""
    asked.only(*switches.SWITCHES)
    for name, value in asked.body.items():
        _, allowed, meaning = switches.SWITCHES[name]
        if not allowed(value):
            raise Refused(400, f"{name}: {meaning}.")
    for name, value in asked.body.items():
        switches.turn(name, value)
    if "time_factor" in asked.body:
        sender.offer(rescale())
    return switches.listed()


def reset(asked: Asked) -> dict[str, Any]:
    """A new fleet in place of everything that is there."""
    asked.only("accounts", "seed", "toolkit")
    accounts = asked.whole("accounts", low=0, high=storing.MOST_ACCOUNTS, default=Account.objects.count())
    seed = asked.whole("seed", low=0, high=2**53, default=storing.DEFAULT_SEED)
    toolkit = asked.whole("toolkit", low=0, high=accounts, default=0)
    traffic.forget()
    storing.reset(accounts, seed, toolkit)
    schedules.forget()
    faults.end_all()
    sender.begin_anew()
    answers.end_all()
    answers.forget_faults()
    request_log.clear()
    api_log.clear()
    rate.forget()
    ACCESS.forget()
    DOWNLOADS.forget()
    return {"accounts": accounts, "seed": seed}
