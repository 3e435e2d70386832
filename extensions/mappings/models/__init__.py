"""What the room of mappings stores."""

from extensions.mappings.models.mapping import Mapping
from extensions.mappings.models.override import Override

__all__ = ["Mapping", "Override"]
