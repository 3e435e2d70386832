"""The body of a message for each kind of channel, and the signature over it."""

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings

from extensions.health.models import Channel, Message
from extensions.health.notifying.wording import text_of

MOST_EVENTS = 200  # carried one by one; the rest are counted
COLOURS = {"failing": "attention", "unknown": "default", "warning": "warning", "healthy": "good"}


def body_of(message: Message, kind: str) -> bytes:
    """JSON as the receiver wants it; the same bytes at every try."""
    make = {Channel.Kind.SLACK: _slack, Channel.Kind.TEAMS: _teams}.get(Channel.Kind(kind), _generic)
    return json.dumps(make(message), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """ "v1=" and the HMAC-SHA256 of timestamp, a full stop and the body, in hex."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def _generic(message: Message) -> dict[str, Any]:
    return {
        "version": 1,
        "id": str(message.key),
        "kind": message.kind,
        "environment": settings.ENVIRONMENT,
        "created_at": message.created_at.isoformat(),
        "title": message.title,
        "events": message.events[:MOST_EVENTS],
        "events_left_out": max(0, len(message.events) - MOST_EVENTS),
    }


def _slack(message: Message) -> dict[str, Any]:
    # Three signs mean something to Slack; a customer may be called "<!channel>".
    def plain(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    text = plain(text_of(message.events))
    return {
        "text": plain(message.title),
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": message.title[:150]}},
            {"type": "section", "text": {"type": "plain_text", "text": text_of(message.events)[:2900]}},
        ]
        if len(text) < 2900
        else [{"type": "section", "text": {"type": "plain_text", "text": text[:2900]}}],
    }


def _teams(message: Message) -> dict[str, Any]:
    severity = next((each["severity"] for each in message.events), "healthy")
    facts = [{"type": "TextBlock", "text": line, "wrap": True} for line in text_of(message.events).split("\n\n")[:20]]
    title = {
        "type": "TextBlock",
        "text": message.title,
        "weight": "Bolder",
        "wrap": True,
        "color": COLOURS.get(severity, "default"),
    }
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *facts],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}
