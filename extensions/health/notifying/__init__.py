"""Telling people: what began or is over becomes notifications by rules, those become messages, those are sent."""
