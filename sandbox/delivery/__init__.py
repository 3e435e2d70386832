"""Webhook delivery: which webhook gets which event, what it is sent, and when again (sections 10, 11 and 12.5)."""
