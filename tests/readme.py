"""The tables of the two READMEs that come from the code: `python -m tests.readme` writes them anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.model.commands import ANSWER, APPROVAL, COMMANDS, GROUPS, INPUT, all_keys

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MAP = ROOT / "app" / "README.md"
_WHERE = {INPUT: "while typing", ANSWER: "under a question", APPROVAL: "before an agent runs"}


def current(path: Path) -> str:
    """The text of a README with its tables as the code has them now."""
    text = path.read_text()
    for name, table in _tables(path).items():
        head, rest = text.split(f"<!-- {name}: ", 1)
        marker, rest = rest.split("-->\n", 1)
        tail = rest.split(f"<!-- /{name} -->", 1)[1]
        text = f"{head}<!-- {name}: {marker}-->\n{table}\n<!-- /{name} -->{tail}"
    return text


def _tables(path: Path) -> Mapping[str, str]:
    if path == MAP:
        return {"rooms": "\n".join(_rooms())}
    return {"keys": "\n".join(_keys()), "commands": "\n".join(_commands())}


def _keys() -> Iterator[str]:
    yield from ("| key | does |", "|---|---|")
    for group in GROUPS:
        for key in all_keys():
            if key.group == group:
                shown = " ".join(f"`{part}`" for part in key.shown.split())
                where = f" ({_WHERE[key.where]})" if key.where in _WHERE else ""
                yield f"| {shown} | {key.help}{where} |"


def _commands() -> Iterator[str]:
    yield from ("| command | does |", "|---|---|")
    for command in COMMANDS:
        if command.shell:
            usage = f"{command.name} {command.usage}".strip().replace("|", "\\|")
            yield f"| `delegate {usage}` | {command.help} |"


def _rooms() -> Iterator[str]:
    for package in sorted({path.parent for path in (ROOT / "app").rglob("*.py")}):
        modules = [path for path in sorted(package.glob("*.py")) if path.name != "__init__.py"]
        yield f"\n### `{package.relative_to(ROOT)}/` — {_says(package / '__init__.py')}\n"
        yield from (f"- `{path.name}`: {_says(path)}" for path in modules)
    yield ""


def _says(path: Path) -> str:
    """The first sentence of a module, or its first paragraph where that is one line."""
    paragraph = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    return " ".join(paragraph.split())


if __name__ == "__main__":
    for readme in (README, MAP):
        readme.write_text(current(readme))
