"""What a user deletes is marked `removed`, so that a fault can be undone to the id."""

from typing import Any, Self

from django.db import models


class LivingQuerySet(models.QuerySet[Any]):
    def living(self) -> Self:
        """What the API shows: rows that nobody has removed."""
        return self.filter(removed=False)
