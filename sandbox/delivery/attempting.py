"""One attempt: the request that a callback becomes, and what came of it (sections 11.2 to 11.4, 12.5)."""

import logging
import time
from datetime import UTC, datetime

from sandbox.delivery import bodies, configuration, targets
from sandbox.delivery.access_tokens import AccessTokens, NoToken
from sandbox.delivery.configuration import Configuration, Unusable
from sandbox.delivery.exchange import Answer, Client, NoAnswer
from sandbox.delivery.faults import WebhookFault
from sandbox.delivery.jobs import Job, Outcome
from sandbox.delivery.targets import Target, Unreachable

LONGEST_ANSWER = 2000
log = logging.getLogger(__name__)


class Attempting:
    """Sends callbacks over one set of connections and access tokens."""

    def __init__(self) -> None:
        self.client = Client()
        self.tokens = AccessTokens()

    async def send(self, job: Job, fault: WebhookFault | None) -> list[Outcome]:
        """The attempt, misbehaving as the fault says, and the additional copies that it asks for."""
        kind = fault.kind if fault else ""
        right = await self._one(job, Outcome(job, datetime.now(UTC), body=_body(job, fault), fault=kind))
        outcomes = [right]
        if kind == "duplicate":
            copies = [right.body] * fault.copies
        elif kind == "other_body":
            copies = [_other_body(job)]
        else:
            copies = []
        for body in copies:
            outcomes.append(await self._one(job, Outcome(job, datetime.now(UTC), body=body, fault=kind, is_copy=True)))
        return outcomes

    async def _one(self, job: Job, outcome: Outcome) -> Outcome:
        began = time.monotonic()
        try:
            answer = await self._post(job, outcome)
        except TimeoutError:
            outcome.error = f"There was no complete answer within {job.rules.timeout:g} s."
        except (Unusable, Unreachable, NoToken, NoAnswer) as exc:
            outcome.error = str(exc)[:500]
        except OSError as exc:
            outcome.error = f"It cannot be reached: {exc.strerror or exc}"[:500]
        except Exception as exc:
            # A mistake of ours is a failed attempt too: the callback must be tried again, and somebody must see why.
            log.exception("An attempt failed by a mistake of the sandbox.")
            outcome.error = f"The sandbox made a mistake: {type(exc).__name__}"
        else:
            outcome.status = answer.status
            # What a text column cannot hold is nothing that anybody reads.
            outcome.answer = answer.body[:LONGEST_ANSWER].decode("utf-8", "replace").replace("\0", "\ufffd")
        outcome.seconds = time.monotonic() - began
        return outcome

    async def _post(self, job: Job, outcome: Outcome) -> Answer:
        wanted = configuration.read(job.configuration)
        # An address that is not called is worth knowing too.
        outcome.url = job.url
        target = self._target(job, job.url, wanted.query)
        outcome.url = target.url[:2000]
        if wanted.credentials is None:
            return await self._send(job, target, wanted, wanted.authorization, outcome)
        token = await self._token(job, wanted)
        answer = await self._send(job, target, wanted, configuration.bearer(token), outcome)
        if answer.status == 401:
            # The target may have forgotten the token before its time; a new one is fetched, and tried once.
            token = await self._token(job, wanted, refused=token)
            answer = await self._send(job, target, wanted, configuration.bearer(token), outcome)
        return answer

    async def _token(self, job: Job, wanted: Configuration, *, refused: str | None = None) -> str:
        async def post(url: str, headers: dict[str, str], body: bytes) -> Answer:
            return await self.client.post(self._target(job, url), headers, body, timeout=job.rules.timeout)

        assert wanted.credentials is not None
        try:
            return await self.tokens.get(wanted.credentials, post, refused=refused)
        except (NoAnswer, Unreachable, OSError) as exc:
            raise NoToken(f"The token's address gave no answer: {exc or type(exc).__name__}") from exc

    async def _send(
        self, job: Job, target: Target, wanted: Configuration, authorization: str | None, outcome: Outcome
    ) -> Answer:
        headers = {"Content-Type": "application/json", "Accept": "*/*", "User-Agent": "oneflow-sandbox"}
        # A header's name counts whatever its case, and the last to name it wins.
        named = {name.lower(): (name, value) for name, value in {**headers, **wanted.headers}.items()}
        if authorization is not None:
            named["authorization"] = ("Authorization", authorization)
        sent = dict(named.values())
        outcome.headers = {name: _shown(name, value) for name, value in sent.items()}
        return await self.client.post(target, sent, outcome.body.encode(), timeout=job.rules.timeout)

    @staticmethod
    def _target(job: Job, url: str, query: dict[str, str] | None = None) -> Target:
        rules = job.rules
        return targets.find(url, deliver_to=rules.deliver_to, anywhere=rules.anywhere, query=query)


def _body(job: Job, fault: WebhookFault | None) -> str:
    kind = fault.kind if fault else ""
    signed = bodies.signature(job.callback_id, fault.key if kind == "wrong_key" else job.sign_key)
    if kind == "corrupt_signature":
        signed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
    return bodies.written(job.callback_id, job.contract_id, job.events, signed, former=job.former)


def _other_body(job: Job) -> str:
    """Another contract and other events, rightly signed: the signature covers neither (11.3)."""
    events = [{**each, "id": each["id"] + 1} for each in job.events]
    signed = bodies.signature(job.callback_id, job.sign_key)
    return bodies.written(job.callback_id, job.contract_id + 1, events, signed, former=job.former)


def _shown(name: str, value: str) -> str:
    """A header as the log keeps it: of credentials only their scheme."""
    return f"{value.split(' ')[0]} (not kept)" if name.lower() == "authorization" else value
