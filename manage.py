#!/usr/bin/env python3
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskassess.settings")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    import riskassess.celery  # noqa: F401  the Celery app must exist before any task module is read

    execute_from_command_line(sys.argv)
