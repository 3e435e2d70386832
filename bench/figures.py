"""What a benchmark found, beside what it should be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure and its target; reached when the value is at most the target, or at least it."""

    name: str
    value: float
    target: float
    unit: str = ""
    higher_is_better: bool = False

    @property
    def is_ok(self) -> bool:
        return self.value >= self.target if self.higher_is_better else self.value <= self.target
