"""Facts about contracts and what belongs to them, as they are read (sections 3.3 and 6.10 to 6.16)."""

from oneflow.verifying.fact import Fact

FACTS: tuple[Fact, ...] = ()
