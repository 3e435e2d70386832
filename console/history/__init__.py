"""The fleet and one installation as they stood at a past instant, and what differs from now."""
