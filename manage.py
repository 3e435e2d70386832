#!/usr/bin/env python
"""Django's command line for the console."""

import os
import sys

from console.command_line import run

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    run(sys.argv)
