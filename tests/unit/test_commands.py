"""The one table of commands and keys fits together."""

from __future__ import annotations

from collections import Counter

import pytest

from app.model.commands import (
    ANSWER,
    ANSWER_KEYS,
    APP,
    APPROVAL,
    APPROVAL_KEYS,
    COMMANDS,
    FOOTER,
    GROUPS,
    INPUT,
    INPUT_FOOTER,
    KEYS,
    TABLE,
    Command,
    Key,
    all_keys,
    find_command,
    find_option,
    keys_of,
)
from app.model.sentences import Kind, read


def test_the_shell_has_every_command_but_those_of_the_screen() -> None:
    shell = {command.name for command in COMMANDS if command.shell}
    assert shell == {
        *("add", "status", "logs", "wait", "result", "stop", "retry", "delete", "undo", "clean"),
        *("pause", "resume", "free", "priority", "limit", "agents", "approve", "doctor", "answer"),
        "continue",
    }
    assert {command.name for command in COMMANDS if not command.shell} == {"filter", "theme", "help", "quit"}


def test_every_command_has_a_kind_of_reading_and_the_other_way_round() -> None:
    slash = {command.name for command in COMMANDS if command.slash}
    assert slash - {"add"} == {kind.value for kind in Kind} - {"task"}


def test_what_works_in_a_shell_only_says_so_in_the_input_bar() -> None:
    assert [command.name for command in COMMANDS if not command.slash] == ["doctor"]
    for text in ("/doctor", "/doctor --fix", "delegate doctor", "delegate doctor --fix"):
        reading = read(text)
        assert reading.kind is Kind.TASK
        assert reading.draft is not None
        assert "delegate doctor" in reading.draft.problems[0]
    assert read("delegate doctor appointments to the calendar team").draft.problems == ()  # type: ignore[union-attr]


def test_what_stops_or_deletes_is_marked_so() -> None:
    marked = {command.name for command in COMMANDS if command.destructive}
    assert marked == {kind.value for kind in Kind if kind.destructive} == {"stop", "delete", "clean"}


def test_names_and_aliases_are_unlike_each_other() -> None:
    words = [word for command in COMMANDS for word in (command.name, *command.aliases)]
    assert len(words) == len(set(words))


def test_ids_are_unlike_each_other() -> None:
    ids = [key.id for key in all_keys()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("places", [(APP, TABLE), (INPUT,), (ANSWER,), (APPROVAL,)])
def test_a_key_does_one_thing_in_each_place(places: tuple[str, ...]) -> None:
    reachable = Counter(key for entry in all_keys() if entry.where in places for key in entry.keys)
    assert [key for key, count in reachable.items() if count > 1] == []


def test_no_letter_is_taken_from_the_text_while_one_types() -> None:
    taken = [key for entry in KEYS if entry.where == INPUT for key in entry.keys]
    assert taken
    assert all(len(key) > 1 for key in taken)


@pytest.mark.parametrize("entry", [*COMMANDS, *KEYS], ids=lambda entry: entry.id)
def test_every_entry_has_a_help_and_a_group(entry: Command | Key) -> None:
    assert entry.help
    assert not entry.help.endswith(".")
    assert entry.group in GROUPS
    assert entry.where in (APP, TABLE, INPUT, ANSWER, APPROVAL)


SHOWN = (*FOOTER, *INPUT_FOOTER, *ANSWER_KEYS, *APPROVAL_KEYS)


def test_every_footer_entry_has_a_label_and_a_key() -> None:
    assert all(keys_of(entry).label and keys_of(entry).keys for entry in SHOWN)


def test_keys_are_shown_as_people_know_them() -> None:
    assert (keys_of("help").shown, keys_of("open").shown, keys_of("up").shown) == ("?", "⏎", "↑ k")
    with pytest.raises(KeyError):
        keys_of("nothing")


def test_a_command_is_found_by_name_and_alias_in_any_case() -> None:
    stop = find_command("STOP")
    assert stop is not None
    assert stop.keys == ("x",)
    assert find_command("delegate") is find_command("add")
    assert find_command("fly") is None


def test_options_are_found_by_each_flag_and_written_by_the_long_one() -> None:
    add = find_command("add")
    assert add is not None
    short, long = find_option(add, "-p"), find_option(add, "--priority")
    assert short is not None
    assert short is long
    assert (short.name, short.usage) == ("priority", "-p, --priority LEVEL")
    assert find_option(add, "p") is None


def test_add_has_all_options_of_a_request() -> None:
    add = find_command("add")
    assert add is not None
    assert [option.name for option in add.options] == [
        *("agent", "priority", "timeout", "after", "at", "delay", "in", "name", "tag", "commit"),
        *("retries", "twice", "quiet-timeout", "memory", "leftovers", "wait", "yes", "trust", "json"),
    ]
