"""Run a Dockerfile's own steps in folders of this machine, where no container engine is needed."""

import glob
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

# A stage begins on one of these; what they bring must be on this machine.
BASE_IMAGES = {"node": "npm", "python": "python3"}


@dataclass
class Stage:
    """One stage of the image: where its root folder is here, and what was said about it."""

    name: str
    base: str
    root: Path
    folder: str = "/"
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    def path(self, inside):
        return self.root / os.path.join(self.folder, inside).lstrip("/")

    def here(self):
        return self.path(".")


def instructions(text):
    """Return the instructions of a Dockerfile as (name, arguments), continued lines joined."""
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", lines)
    return [tuple(line.split(maxsplit=1)) for line in lines.splitlines() if line.strip()]


def build(dockerfile, context, target, environment):
    """Build every stage below ``target`` and return them by name, the last one as ``final``.

    Raises ValueError for an instruction it does not know, and CalledProcessError for a step that fails.
    """
    stages = {}
    stage = None
    for name, arguments in instructions(dockerfile):
        match name:
            case "FROM":
                image, _, stage_name = arguments.partition(" AS ")
                stage = Stage(stage_name or "final", image, target / (stage_name or "final"))
                stage.root.mkdir()
                stages[stage.name] = stage
            case "WORKDIR":
                stage.folder = arguments
                stage.here().mkdir(parents=True, exist_ok=True)
            case "ENV":
                stage.environment |= dict(pair.split("=", 1) for pair in arguments.split())
            case "USER":
                stage.user = arguments
            case "COPY":
                copy(arguments.split(), stage, stages, context)
            case "RUN":
                subprocess.run(
                    ["sh", "-euc", arguments], cwd=stage.here(), env=environment, check=True, timeout=600
                )
            case "CMD":
                stage.command = json.loads(arguments)
            case "HEALTHCHECK":
                stage.healthcheck = json.loads(arguments.partition("CMD ")[2])
            case "EXPOSE":
                pass
            case _:
                raise ValueError(f"This test cannot run {name} {arguments}")
    return stages


def copy(arguments, stage, stages, context):
    *sources, destination = arguments
    into = stage.path(destination)
    if sources[0].startswith("--from="):
        other = stages[sources.pop(0).removeprefix("--from=")]
        found = [other.path(source) for source in sources]
    else:
        found = [Path(path) for source in sources for path in sorted(glob.glob(str(context / source)))]
        if len(found) < len(sources):
            raise FileNotFoundError(f"COPY {arguments}")
    for source in found:
        if source.is_dir():
            shutil.copytree(source, into, symlinks=True, dirs_exist_ok=True)
        elif destination.endswith("/"):
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, into)
        else:
            shutil.copy(source, into)


def context_of(repository, target):
    """Copy what .dockerignore lets through of the files under version control."""
    allowed = [
        line.removeprefix("!").rstrip("/")
        for line in (repository / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--", *allowed], cwd=repository, check=True, capture_output=True, text=True
    )
    for name in filter(None, tracked.stdout.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(repository / name, target / name)
    return target
