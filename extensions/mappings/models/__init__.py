"""What the room of mappings stores."""

from extensions.mappings.models.contract_test import ContractTest
from extensions.mappings.models.job import RepairJob, RepairJobMember
from extensions.mappings.models.mapping import Mapping
from extensions.mappings.models.override import Override
from extensions.mappings.models.repair import Repair, RepairSnapshot
from extensions.mappings.models.summary import Summary
from extensions.mappings.models.version import Version

__all__ = [
    "ContractTest",
    "Mapping",
    "Override",
    "Repair",
    "RepairJob",
    "RepairJobMember",
    "RepairSnapshot",
    "Summary",
    "Version",
]
