"""The page of one installation: verdict, evidence and remedy, what is mirrored of it, and what staff may do there."""
