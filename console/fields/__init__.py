"""The field inspector turned round: the extension's fields over all installations."""
