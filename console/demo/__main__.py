"""`python -m console.demo COMMAND …` is `manage.py COMMAND …` on the demo's state; `make manage` calls it."""

import os
import signal
import sys

from console.command_line import run
from console.demo.environment import Plan, WrongSetting, settings_of

# What makes sense before `make demo` has made anything.
NEEDS_NO_DEMO = {"demo", "help", "check", "setup", "migrate", "makemigrations"}


def main(arguments: list[str]) -> None:
    try:
        plan = Plan.read(os.environ)
        command = next((word for word in arguments if not word.startswith("-")), "help")
        if command not in NEEDS_NO_DEMO and not plan.database.exists():
            sys.exit(f"There is no demo in {plan.directory} yet. Start one: make demo")
        os.environ.update(settings_of(plan))
        run(["manage.py", *arguments])
    except WrongSetting as exc:
        sys.exit(str(exc))
    except KeyboardInterrupt:  # the demo's own way to stop is not there yet while Django loads
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv[1:])
