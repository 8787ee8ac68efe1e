"""The tables of the README that come from the command table: `python -m tests.readme` writes them anew."""

from __future__ import annotations

from pathlib import Path

from app.model.commands import COMMANDS, GROUPS, all_keys

README = Path(__file__).parents[1] / "README.md"


def with_tables(text: str) -> str:
    """The README's text with its tables as the command table has them now."""
    for name, table in (("keys", _keys()), ("commands", _commands())):
        head, rest = text.split(f"<!-- {name}: ", 1)
        marker, rest = rest.split("-->\n", 1)
        tail = rest.split(f"<!-- /{name} -->", 1)[1]
        text = f"{head}<!-- {name}: {marker}-->\n{table}<!-- /{name} -->{tail}"
    return text


def _keys() -> str:
    rows = [
        f"| {' '.join(f'`{part}`' for part in key.shown.split())} | {key.help} |"
        for group in GROUPS
        for key in all_keys()
        if key.group == group
    ]
    return "\n".join(["| key | does |", "|---|---|", *rows, ""])


def _commands() -> str:
    rows = [
        f"| `delegate {' '.join((command.name, command.usage)).strip()}` | {command.help} |".replace(
            " | --", " \\| --"
        )
        for command in COMMANDS
        if command.shell
    ]
    return "\n".join(["| command | does |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
