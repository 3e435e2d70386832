"""Incidents: one cause in many installations, noticed, followed and ended; docs/decisions tell how it is decided."""
