"""What the room of mappings stores."""

from extensions.mappings.models.mapping import Mapping

__all__ = ["Mapping"]
