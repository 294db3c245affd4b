"""A process inside the service that sets the beginnings of journeys up; one for all, for starting is slow."""

import importlib
import json
import subprocess
import sys
import traceback

import django
import pytest

from tests.programs import ROOT, python


class Inside:
    """`inside.do("sent", email=…)` calls the function of that name in tests/journeys/beginnings.py."""

    def __init__(self, stack):
        self._process = subprocess.Popen(
            python("tests.journeys.inside"),
            cwd=ROOT,
            env={**stack.env, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, beginning, **names):
        self._process.stdin.write(json.dumps({"beginning": beginning, **names}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            pytest.fail(f"«{beginning}» ended in an error:\n{answer['error']}")
        return answer

    def end(self):
        self._process.kill()
        self._process.communicate()


def main():
    django.setup()
    beginnings = importlib.import_module("tests.journeys.beginnings")
    for line in sys.stdin:
        names = json.loads(line)
        try:
            answer = getattr(beginnings, names.pop("beginning"))(**names) or {}
        except Exception:
            answer = {"error": traceback.format_exc()}  # told to the journey that asked, which fails
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
