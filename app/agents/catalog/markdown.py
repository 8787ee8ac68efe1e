"""Definitions in Markdown: frontmatter between two lines of dashes, then the prompt.

The frontmatter is YAML, read by PyYAML's safe loader with more refused than it refuses: aliases, with which a
few lines can become gigabytes, and keys that stand twice, which two readers may take differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.agents.catalog.found import (
    Found,
    checked_name,
    hooks_of,
    line_for,
    one_line,
    services_of,
    table,
    text,
    texts,
    values_of,
)
from app.agents.catalog.reading import Broken
from app.model.agent import EVERY_TOOL

if TYPE_CHECKING:
    import yaml

LONGEST_FRONTMATTER = 64 * 1024
"""In characters; what is longer is no frontmatter that a person wrote."""

_FENCE = "---"
_CLAUDE = frozenset(
    {
        *("name", "description", "tools", "disallowedTools", "model", "permissionMode"),
        *("hooks", "mcpServers", "skills", "color"),
    }
)
_SHOWN = ("permissionMode", "disallowedTools", "skills")
_OPENCODE = frozenset({"name", "description", "mode", "model", "tools", "permission"})
_COPILOT = frozenset({"name", "description", "tools", "model", "mcpServers", "mcp-servers", "target"})


def read_markdown(document: str, stem: str, client: str) -> Found:
    """The definition in a Markdown file of a client; ``stem`` is its name without ending. Raises Broken."""
    head, prompt = _divided(document)
    record = _frontmatter(head)
    try:
        return _READERS[client](record, stem, prompt)
    except Broken as broken:
        line = line_for(head, broken)
        raise Broken(str(broken), line + 1 if line else None) from None


def _divided(document: str) -> tuple[str, str]:
    lines = document.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != _FENCE:
        raise Broken("has no frontmatter: begin it with a line of ---", 1)
    end = next((index for index, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise Broken("its frontmatter has no end: close it with a line of ---", 1)
    head = "".join(lines[1:end])
    if len(head) > LONGEST_FRONTMATTER:
        raise Broken(f"its frontmatter is longer than {LONGEST_FRONTMATTER // 1024} KiB", 1)
    return head, "".join(lines[end + 1 :]).strip()


def _frontmatter(head: str) -> Mapping[str, object]:
    import yaml  # 15 ms that only those pay who have such a definition

    try:
        record = _loaded(head)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Broken(error.problem or "is no YAML", mark.line + 2 if mark else None) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Broken(" ".join(str(error).split()) or "is no YAML") from None
    if record is None:
        return {}
    if not isinstance(record, dict) or not all(isinstance(key, str) for key in record):
        raise Broken("its frontmatter must be names and values", 2)
    return record


def _loaded(head: str) -> object:
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses aliases and keys that stand twice."""

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                event = self.peek_event()  # type: ignore[no-untyped-call]
                raise yaml.composer.ComposerError(None, None, "aliases are not read", event.start_mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise yaml.constructor.ConstructorError(
                    None, None, f"{twice} is there twice", node.start_mark
                )
            return super().construct_mapping(node, deep=deep)

    return yaml.load(head, Loader)


def _claude(record: Mapping[str, object], stem: str, prompt: str) -> Found:
    denied = texts(record, "disallowedTools")
    tools = texts(record, "tools") if "tools" in record else EVERY_TOOL
    return Found(
        name=checked_name(record.get("name") or stem),
        description=one_line(text(record, "description")),
        tools=tuple(tool for tool in tools if tool not in denied),
        settings=tuple((key, values_of(record[key])) for key in _SHOWN if key in record),
        hooks=hooks_of(record),
        services=services_of(record),
        model=_model(record),
        mode=text(record, "permissionMode") or None,
        prompt=prompt,
        deny=denied,
        unknown={key: value for key, value in record.items() if key not in _CLAUDE},
    )


def _opencode(record: Mapping[str, object], stem: str, prompt: str) -> Found:
    tools = record.get("tools")
    switched = tools if isinstance(tools, dict) else {}
    off = tuple(str(name) for name, on in switched.items() if on is False)
    permission = record.get("permission")
    rules = permission if isinstance(permission, dict) else {"*": permission} if permission else {}
    return Found(
        name=checked_name(record.get("name") or stem),
        description=one_line(text(record, "description")),
        tools=texts(record, "tools") if isinstance(tools, list | str) else EVERY_TOOL,
        settings=(*_opencode_permissions(rules), *((("tools.off", off),) if off else ())),
        model=_model(record),
        prompt=prompt,
        runnable=text(record, "mode") != "subagent",
        unknown={key: value for key, value in record.items() if key not in _OPENCODE},
    )


def _opencode_permissions(rules: Mapping[Any, object]) -> list[tuple[str, tuple[str, ...]]]:
    """The rules as they are, ``permission.bash`` and what holds for it: the client itself keeps to them."""
    shown: list[tuple[str, tuple[str, ...]]] = []
    for tool, rule in rules.items():
        pairs = rule.items() if isinstance(rule, dict) else [("", rule)]
        shown.append((f"permission.{tool}", tuple(f"{what} {verb}".strip() for what, verb in pairs)))
    return shown


def _copilot(record: Mapping[str, object], stem: str, prompt: str) -> Found:
    tools = texts(record, "tools") if "tools" in record else EVERY_TOOL
    servers = record.get("mcp-servers", record.get("mcpServers"))
    return Found(
        name=checked_name(stem),  # the client knows it by its file; its name is for people
        description=one_line(text(record, "description")),
        tools=tools,
        services=services_of({"mcpServers": servers}),
        model=_model(record),
        prompt=prompt,
        unknown={key: value for key, value in record.items() if key not in _COPILOT},
    )


def _kiro(record: Mapping[str, object], stem: str, prompt: str) -> Found:
    from app.agents.catalog.kiro import found_in

    table(record, "toolsSettings")
    return found_in(record, stem, prompt)


def _model(record: Mapping[str, object]) -> str | None:
    model = text(record, "model")
    return None if model in ("", "inherit") else model


_READERS = {"claude": _claude, "opencode": _opencode, "copilot": _copilot, "kiro-cli": _kiro}
