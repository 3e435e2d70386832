"""`python -m console.demo.tied PARENT SIGNAL COMMAND …`: become COMMAND, and get SIGNAL when the parent dies.

A demo that is killed outright cannot stop its children; Linux does it for us (prctl(2), PR_SET_PDEATHSIG). Elsewhere
the children stay, which only matters to a demo that was killed with SIGKILL.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, number: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() != parent:  # it died before we were tied to it
            sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  (the command is the demo's own)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
