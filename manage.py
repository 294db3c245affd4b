#!/usr/bin/env python3
"""Django's command line for the service."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from environs import EnvError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        bool(settings.DEBUG)
    except (ImproperlyConfigured, EnvError) as wrong:
        # Who sets the variables is helped by the name of one, not by where it was read.
        sys.exit(str(wrong))
    execute_from_command_line(sys.argv)
