"""The README says what is true: the variables, the rooms and the road of a signature."""

import re

from signatories.models.edit import EDIT_TRANSITIONS
from signatories.models.signature import TRANSITIONS
from tests.repository.tree import files, read

README = read("README.md")


def diagram(ways):
    lines = [f"    {way.source} --> {way.target}: {way.verb} ({way.actor})" for way in ways]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> draft", *lines, "```"])


def test_draw_the_transitions_as_they_are():
    assert re.findall(r"```mermaid.*?```", README, flags=re.S) == [
        diagram(TRANSITIONS),
        diagram(EDIT_TRANSITIONS),
    ]


def test_list_every_variable_that_is_read():
    reads = r'(?:env\.\w+|environ\.get|_required_in_production)\(\s*"([A-Z_]+)"'
    read_here = {
        name for module in ("settings", "gunicorn") for name in re.findall(reads, read(f"config/{module}.py"))
    }
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README, flags=re.M)
    assert sorted(listed) == sorted(read_here)


def test_show_every_room():
    rooms = {name.partition("/")[0] for name in files() if "/" in name and not name.startswith(".")}
    rooms |= {
        f"declaration/{name.split('/')[1]}" for name in files("declaration") if name.endswith("/apps.py")
    }
    shown = README.partition("## Rooms")[2].partition("\n## ")[0]
    missing = [room for room in rooms - {"declaration/apps.py"} if f"{room.rpartition('/')[2]}/" not in shown]
    assert missing == []


def test_list_every_command_of_run():
    commands = set(re.findall(r"^\./run(?: [a-z]+)?", read("run").partition("TEXT")[2], flags=re.M))
    assert {
        command for command in commands if not re.search(rf"(`|^){command}\b", README, flags=re.M)
    } == set()
