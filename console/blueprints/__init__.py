"""Versions of an extension's blueprint: seen, drafted, compared, released, imported and exported."""
