"""A page about each code, apart from any account: the same words as on an installation's page, with an example."""
