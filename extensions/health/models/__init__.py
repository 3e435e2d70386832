"""What the checks found, the issues and flips that follow from it over time, and who is told of it, who not."""

from extensions.health.models.findings import Finding
from extensions.health.models.flips import Flip
from extensions.health.models.incidents import Incident, Member, Suspicion
from extensions.health.models.issues import Issue, IssueEvent
from extensions.health.models.notifications import Channel, ChannelSecret, Message, Notification, Rule, Transition
from extensions.health.models.previews import Outcome, Preview
from extensions.health.models.status_links import StatusLink
from extensions.health.models.windows import MaintenanceWindow

__all__ = [
    "Channel",
    "ChannelSecret",
    "Finding",
    "Flip",
    "Incident",
    "Issue",
    "IssueEvent",
    "MaintenanceWindow",
    "Member",
    "Message",
    "Notification",
    "Outcome",
    "Preview",
    "Rule",
    "StatusLink",
    "Suspicion",
    "Transition",
]
