"""Channels and rules by administrators, their pages, the test button, and where a failing channel shows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console import sealed
from console.models import AuditEvent, Heartbeat
from console.pruning import prune
from extensions.health.models import Channel, ChannelSecret, Message, Notification, Rule, Transition
from extensions.health.notifying import delivering
from extensions.health.notifying.routing import route
from extensions.health.notifying.sending import Result
from tests import making
from tests.console.staff import as_role, words
from tests.health.test_notifying import break_it

pytestmark = pytest.mark.django_db
PAGE = reverse("notifications")
SECRET_PATH = "T0001/very-secret-path"


def add_channel(client: Client, **values: Any) -> Any:
    data = {
        "name": "duty",
        "kind": "webhook",
        "enabled": "on",
        "recipients": "",
        "address": f"https://hooks.example.com/{SECRET_PATH}",
        "signing": "a-signing-secret-of-ours",
        **values,
    }
    return client.post(reverse("admin:health_channel_add"), data)


def test_an_administrator_makes_a_channel_whose_secrets_are_sealed_and_never_shown():
    client = as_role("administrator")

    assert add_channel(client).status_code == 302

    channel = Channel.objects.get()
    assert channel.secret(ChannelSecret.Kind.ADDRESS).endswith(SECRET_PATH)
    assert channel.host == "hooks.example.com"
    stored = str(list(ChannelSecret.objects.values())) + str(list(AuditEvent.objects.values()))
    assert SECRET_PATH not in stored
    for address in (PAGE, reverse("admin:health_channel_change", args=[channel.pk])):
        assert SECRET_PATH not in words(client.get(address))
    assert AuditEvent.objects.filter(verb="channel.add").exists()


def test_what_waits_is_counted_though_it_is_not_due_yet_and_when_it_is_due_is_said(installation):
    channel = Channel.objects.create(name="night", kind=Channel.Kind.WEBHOOK, last_sent_at=timezone.now())
    Rule.objects.create(name="daily", channel=channel)
    break_it(installation, timezone.now())
    route(timezone.now())
    soon = timezone.now() + timedelta(hours=5, minutes=30)
    Notification.objects.update(due_at=soon)

    page = words(as_role("support").get(PAGE))

    assert Notification.objects.filter(state="waiting").count() == 1
    assert '<td data-label="Waiting" class="num">1 <span class="quiet">due <time' in page
    assert "in 5 h" in page


def test_left_empty_a_secret_stays():
    client = as_role("administrator")
    add_channel(client)
    channel = Channel.objects.get()
    data = {"name": "night", "kind": "webhook", "enabled": "on", "recipients": "", "address": "", "signing": ""}

    client.post(reverse("admin:health_channel_change", args=[channel.pk]), data)

    channel.refresh_from_db()
    assert channel.name == "night"
    assert channel.secret(ChannelSecret.Kind.SIGNING) == "a-signing-secret-of-ours"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"address": "http://hooks.example.com/x"}, "must begin with https"),
        ({"address": "https://10.0.0.1/x"}, "private network"),
        ({"address": ""}, "needs the address"),
        ({"signing": ""}, "is signed"),
        ({"signing": "short"}, "at least 16"),
        ({"kind": "email"}, "at least one recipient"),
        ({"kind": "email", "recipients": "not an address"}, "valid email"),
        ({"kind": "email", "recipients": "\n".join(f"a{n}@x.example" for n in range(60))}, "At most 50"),
        ({"kind": "pigeon"}, "valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_a_channel_that_could_not_work_is_refused(values, said):
    answer = add_channel(as_role("administrator"), **values)

    assert answer.status_code == 200
    assert said in words(answer)
    assert not Channel.objects.exists()


def rule_data(to: Channel, **values: Any) -> dict[str, Any]:
    return {
        "name": "all",
        "enabled": "on",
        "channel": to.pk,
        "codes": "",
        "severity": "warning",
        "digest": "immediately",
        **values,
    }


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"codes": "token rejected"}, "is no code"),
        ({"codes": "*.x"}, "is no code"),
        ({"digest": "daily"}, "needs the time of day"),
        ({"repeat_hours": "0"}, "greater than or equal to 1"),
        ({"repeat_hours": "-1"}, "greater than or equal"),
        ({"severity": "terrible"}, "valid choice"),
        ({"channel": "999"}, "valid choice"),
        ({"owner": "999"}, "valid choice"),
    ],
)
def test_a_rule_that_could_not_work_is_refused(values, said):
    channel = Channel.objects.create(name="duty", kind="email")

    answer = as_role("administrator").post(reverse("admin:health_rule_add"), rule_data(channel, **values))

    assert answer.status_code == 200
    assert said in words(answer)
    assert not Rule.objects.exists()


def test_a_rule_is_made_with_codes_one_a_line():
    channel = Channel.objects.create(name="duty", kind="email")

    as_role("administrator").post(
        reverse("admin:health_rule_add"), rule_data(channel, codes="token.rejected\nfield.*\n\n")
    )

    assert Rule.objects.get().codes == ["token.rejected", "field.*"]


def test_a_test_is_sent_and_stands_in_the_record(monkeypatch):
    sent: list[Message] = []
    monkeypatch.setattr(
        delivering.send_test, "__kwdefaults__", {"sender": lambda row: sent.append(row) or Result(True, "200.")}
    )
    channel = Channel.objects.create(name="duty", kind="webhook", failing_since=timezone.now(), last_error="500")

    answer = as_role("administrator").post(reverse("channel-test", args=[channel.pk]), follow=True)

    assert "was taken by duty" in words(answer)
    assert [row.kind for row in sent] == ["test"]
    channel.refresh_from_db()
    assert channel.failing_since is None
    assert AuditEvent.objects.get(verb="channel.test").outcome == "done"


def test_a_test_that_fails_says_why_and_is_not_tried_again():
    channel = Channel.objects.create(name="duty", kind="webhook")

    answer = as_role("administrator").post(reverse("channel-test", args=[channel.pk]), follow=True)

    assert "The channel has no address" in words(answer)
    assert Message.objects.get().state == "given_up"
    assert AuditEvent.objects.get(verb="channel.test").outcome == "failed"
    channel.refresh_from_db()
    assert channel.failing_since is None


@pytest.mark.parametrize("number", [4711, 2**63, 10**30])
def test_what_is_not_there_is_a_404(number):
    client = as_role("administrator")

    assert client.post(f"/notifications/channels/{number}/test/").status_code == 404
    assert client.get(f"/notifications/rules/{number}/preview/").status_code == 404


def test_a_failing_channel_shows_everywhere(django_assert_max_num_queries):
    making.make_installation()
    Heartbeat.beat("worker", timezone.now())
    client = as_role("support")
    assert "a channel fails" not in words(client.get(PAGE))

    Channel.objects.create(name="duty", kind="slack", failing_since=timezone.now(), last_error="The host answered 500.")

    with django_assert_max_num_queries(10):
        front = client.get(reverse("admin:index"))
    assert "a notification channel fails" in words(front)
    assert "a channel fails" in words(client.get(reverse("fields-home"), follow=True))
    assert "The host answered 500." in words(client.get(PAGE))


def test_the_page_costs_the_same_for_many(django_assert_max_num_queries):
    for number in range(20):
        channel = Channel.objects.create(name=f"channel {number}", kind="email", recipients="x@y.example")
        Rule.objects.create(name=f"rule {number}", channel=channel)
    client = as_role("support")

    with django_assert_max_num_queries(10):
        assert client.get(PAGE).status_code == 200


def test_the_preview_shows_what_a_rule_would_have_sent():
    installation = making.make_installation()
    break_it(installation, timezone.now() - timedelta(hours=1))
    rule = Rule.objects.create(name="all", channel=Channel.objects.create(name="duty", kind="email"))

    page = words(as_role("auditor").get(reverse("rule-preview", args=[rule.pk])))

    assert "would have sent 1 notification by duty" in page
    assert "A webhook of ours uses the old format" in page


def test_secrets_of_channels_are_resealed_and_missed_with_the_others():
    row = ChannelSecret(channel=Channel.objects.create(name="duty", kind="slack"), kind="address")
    row.seal("https://hooks.example.com/x")
    row.key_id = "lost"
    row.save()

    assert [(each.kind, each.key_id) for each in sealed.unopened()] == [("channel secrets", "lost")]


def test_old_notifications_go_and_what_waits_stays(settings):
    installation = making.make_installation()
    channel = Channel.objects.create(name="duty", kind="email")
    break_it(installation, timezone.now())
    long_ago = timezone.now() - timedelta(days=settings.KEEP_NOTIFICATIONS_DAYS + 1)
    Transition.objects.update(at=long_ago, routed_at=long_ago)
    kept = Notification.objects.create(channel=channel, transition=Transition.objects.get(), due_at=long_ago)
    for state in ("sent", "waiting"):
        Message.objects.create(channel=channel, title="x", created_at=long_ago, next_try_at=long_ago, state=state)

    prune(timezone.now())
    assert Notification.objects.filter(pk=kept.pk).exists()
    assert [each.state for each in Message.objects.all()] == ["waiting"]

    kept.state = "told"
    kept.save()
    prune(timezone.now())
    assert not Transition.objects.exists()
