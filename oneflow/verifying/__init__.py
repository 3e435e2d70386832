"""Which of the facts that we took for true hold at an Oneflow: each one asked, reading only.

The facts are those that the API reference marks ASSUMED or C (seen in clients). Each is data: what it says, where it
stands, and how it is looked for. What comes out holds shapes only: types, names of keys, statuses; never a value.
"""

from oneflow.verifying.facts import FACTS
from oneflow.verifying.running import Result, verify

__all__ = ["FACTS", "Result", "verify"]
