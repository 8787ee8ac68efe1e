"""Reads a command line by the table of commands: pure, and without the start-up cost of a parser library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.cli.errors import UsageError
from app.model.commands import Command, Option


@dataclass(frozen=True, slots=True)
class Arguments:
    """What followed a command's name.

    ``words`` are the arguments that are no options; ``verbatim`` those after ``--``, or None without one.
    ``values`` holds what each option was given, by its long name, in order; a switch has ``("",)``.
    """

    words: tuple[str, ...] = ()
    verbatim: tuple[str, ...] | None = None
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the option was given."""
        return name in self.values

    def value(self, name: str) -> str | None:
        """What the option was given last, or None."""
        given = self.values.get(name)
        return given[-1] if given else None

    def all(self, name: str) -> tuple[str, ...]:
        """Everything the option was given."""
        return self.values.get(name, ())

    def refuse_words(self, command: str) -> None:
        """Raise UsageError when there are words, for a command that takes none."""
        if self.words:
            raise UsageError(f"{command} takes no arguments")


def parse_arguments(command: Command, argv: Sequence[str]) -> Arguments:
    """Divide the arguments of a command; options may stand anywhere before ``--``.

    Raises UsageError for an unknown option, one without its value, or a value that is not allowed.
    """
    words: list[str] = []
    values: dict[str, tuple[str, ...]] = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return Arguments(tuple(words), tuple(rest), values)
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        flag, attached = _divide(word)
        option = _option(command, flag)
        given = _given(option, flag, attached, rest)
        values[option.name] = (*values.get(option.name, ()), given)
    return Arguments(tuple(words), None, values)


def _divide(word: str) -> tuple[str, str | None]:
    """``--flag=value`` and ``-fvalue`` into the flag and its value."""
    if word.startswith("--"):
        flag, equals, value = word.partition("=")
        return flag, value if equals else None
    return word[:2], word[2:].removeprefix("=") or None


def _option(command: Command, flag: str) -> Option:
    for option in command.options:
        if flag in option.flags:
            return option
    known = ", ".join("/".join(option.flags) for option in command.options)
    hint = f"there are {known}" if known else "it takes none"
    raise UsageError(f"{command.name}: no option {flag}; {hint}")


def _given(option: Option, flag: str, attached: str | None, rest: list[str]) -> str:
    if not option.metavar:
        if attached is not None:
            raise UsageError(f"{flag} takes no value; write just {flag}")
        return ""
    if attached is None:
        if not rest:
            raise UsageError(f"{flag} needs a value: {flag} {option.metavar}")
        attached = rest.pop(0)
    if option.choices and attached not in option.choices:
        raise UsageError(f"{flag}: {attached!r} is not allowed; choose {', '.join(option.choices)}")
    return attached
