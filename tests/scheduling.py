"""Which tests run in the same worker: those that share the demo, since some of them break and mend its accounts.

A plugin of its own (`-p tests.scheduling` in pyproject.toml), because the groups that pytest-xdist 3.8 offers for this
do not take effect with pytest 9.2.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARE_THE_DEMO = ("tests/browser/", "tests/console/test_demo.py", "tests/console/test_secrets.py")


class KeepTogether(LoadScopeScheduling):
    """Hands out each test by itself, but those of one demo to one worker. Larger groups go first."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith(SHARE_THE_DEMO) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> KeepTogether | None:
    return KeepTogether(config, log) if config.getvalue("dist") == "load" else None
