"""The table of keys, the bindings, the help and what keys do: none may know of less than the others."""

from __future__ import annotations

from textual.binding import Binding

from app.dashboard.input.field import _MEANINGS
from app.dashboard.screen.helpscreen import help_content
from app.dashboard.screen.mainscreen import MainScreen
from app.dashboard.screen.pressing import PRESSES
from app.model.commands import APP, COMMANDS, INPUT, INPUT_FOOTER, MOVING, TABLE, all_keys


def bound() -> dict[str, Binding]:
    return {
        binding.id: binding for binding in MainScreen.BINDINGS if isinstance(binding, Binding) and binding.id
    }


def test_every_key_of_the_table_does_something() -> None:
    wanted = {key.id for key in all_keys() if key.group != MOVING and key.where in (APP, TABLE)}
    assert set(PRESSES) == wanted
    assert set(bound()) == wanted


def test_keys_are_bound_as_the_table_has_them_and_can_be_rebound_by_their_id() -> None:
    for key in all_keys():
        if key.id in bound():
            assert bound()[key.id].key == ",".join(key.keys)


def test_no_key_is_given_twice() -> None:
    keys = [key for binding in bound().values() for key in binding.key.split(",")]
    assert len(keys) == len(set(keys))


def test_the_help_has_every_key_and_every_slash_command() -> None:
    lines = help_content().plain.splitlines()
    for key in all_keys():
        assert any(key.shown in line and key.help in line for line in lines), key
    for command in COMMANDS:
        assert any(f"/{command.name} " in line for line in lines) is command.slash


def test_the_help_says_where_a_key_means_what() -> None:
    seen: dict[str, set[str]] = {}
    heading = ""
    for line in help_content().plain.splitlines():
        if line and not line.startswith(" "):
            heading = line
        for key in line[2:20].split() if line.startswith("  ") and line[2:3].strip() else ():
            assert key not in seen.setdefault(heading, set()), f"{key} twice under {heading}"
            seen[heading].add(key)
    assert {"y", "a", "n", "N"} <= seen["Under a question"]
    assert {"y", "p", "A", "n"} <= seen["Before an agent runs"]
    assert {"n", "N", "v", "o"} <= seen["In the changes"]
    assert seen["Answering"] == {"a", "c", "ctrl+o"}


def test_the_input_bar_knows_its_keys() -> None:
    assert {key.id for key in all_keys() if key.where == INPUT} | {"back", "answer-now"} == set(INPUT_FOOTER)
    pressed = ("ctrl+o", "tab", "up", "ctrl+g", "ctrl+j", "escape")
    assert {_MEANINGS[name] for name in pressed} == set(INPUT_FOOTER)
