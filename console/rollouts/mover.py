"""What a worker does with rollouts in one turn: every step that can be done now, and the refreshes that follow."""

import time
from collections.abc import Callable
from datetime import datetime

from console.refreshing import kick
from extensions.health import rolling_out

SLICE = 30.0  # seconds after which others have their turn


def move_on(clock: Callable[[], datetime], *, seconds: float = SLICE) -> bool:
    """Go on with every rollout for so many seconds at most; whether more can be done at once."""
    until = time.monotonic() + seconds
    for rollout_id in rolling_out.waiting():
        while rolling_out.step(rollout_id, clock()):
            kick()  # whoever was moved is read and judged by the new version now
            if time.monotonic() >= until:
                return True
    return False
