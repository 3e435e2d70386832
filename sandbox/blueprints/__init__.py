"""Blueprints: what an account that enables an extension gets (section 12.2, ASSUMED), how they are checked and kept."""
