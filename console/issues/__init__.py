"""Issues on the screen: their list, the page of each, what staff do with them, and maintenance."""

from console.issues import listing  # noqa: F401  (registers the list)
