"""What the shell command prints, and how it reads its arguments: everything that needs no process."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.cli.arguments import parse_arguments
from app.cli.commands.wait import exit_code_of, first_failure
from app.cli.details import details
from app.cli.errors import UsageError
from app.cli.help import command_help, overview
from app.cli.listing import listing
from app.cli.output import cell_width, clean, fit, pad, paint, uses_colour
from app.cli.printing import ansi
from app.logs.sgr import parse_line
from app.model.commands import COMMANDS, Command, find_command
from app.model.outcome import Outcome, Progress
from app.model.status import Attention, Status
from app.model.task import Attempt, Identity, Live, Request, State, Task

CREATED = datetime(2026, 11, 20, 14, 30, 52, tzinfo=UTC)


def request(number: int = 7, name: str = "run-tests", text: str = "Run the tests") -> Request:
    task_id = f"agent_20261120_1430{number:02}"
    return Request(text, "worker", ("true",), "/srv/shop", name, id=task_id, number=number, created=CREATED)


def ended(
    status: Status = Status.COMPLETE,
    exit_code: int | None = 0,
    signal: int | None = None,
    outcome: Outcome = Outcome(),  # noqa: B008 - frozen
    number: int = 7,
    attention: Attention = Attention.SEEN,
) -> Task:
    run = Attempt(
        1, "x.log", verdict=status, exit_code=exit_code, signal=signal, duration_s=754, outcome=outcome
    )
    return Task(request(number), State(status, attention, attempts=(run,)))


def running(number: int = 8, name: str = "integration-tests") -> Task:
    child = Identity("boot", 4242, 1)
    live = Live(1, child, child, CREATED, since=0.0)
    return Task(request(number, name), State(Status.STARTING, attempts=(Attempt(1, "x.log"),)), live)


def queued(number: int = 12) -> Task:
    return Task(request(number, "security-scan"), State(Status.QUEUED), queue_reason="after #8")


def command(name: str) -> Command:
    found = find_command(name)
    assert found is not None
    return found


MIXED = [
    running(),
    queued(),
    ended(outcome=Outcome(headline="156 passed"), attention=Attention.UNREAD),
    ended(Status.FAILED, 1, outcome=Outcome(error="conflict in @types/node"), number=9),
]


class TestListing:
    def test_each_row_tells_glyph_number_name_word_time_and_detail(self) -> None:
        progress = {MIXED[0].id: Progress(47, 89)}
        assert listing(MIXED, progress, now=495.0, width=100) == [
            " ▶  8  integration-tests  running    8m15  47/89",
            " ◷ 12  security-scan      queued           after #8",
            "●✓  7  run-tests          complete  12m34  156 passed",
            " ✗  9  run-tests          failed    12m34  conflict in @types/node · exit 1",
        ]

    @pytest.mark.parametrize("width", [30, 45, 50, 60, 80, 100, 200])
    def test_no_line_is_wider_than_the_terminal_and_none_loses_its_glyph_or_word(self, width: int) -> None:
        long = replace(MIXED[0], request=replace(MIXED[0].request, name="n" * 60))
        lines = listing([long, *MIXED], {}, now=495.0, width=width)
        assert max(map(cell_width, lines)) <= width
        words = ["running", "running", "queued", "complete", "failed"]
        assert all(word in line for line, word in zip(lines, words, strict=True))
        assert [line[1] for line in lines] == ["▶", "▶", "◷", "✓", "✗"]

    def test_wide_characters_count_as_two_cells(self) -> None:
        task = replace(MIXED[0], request=replace(MIXED[0].request, name="試験" * 20))
        (line,) = listing([task], {}, now=1.0, width=45)
        assert cell_width(line) <= 45
        assert "試験" in line

    def test_without_a_terminal_nothing_is_cut(self) -> None:
        task = ended(Status.FAILED, 1, outcome=Outcome(error="x" * 300))
        assert "x" * 300 in listing([task], {}, now=0.0, width=None)[0]

    def test_colour_adds_escapes_and_changes_no_character(self) -> None:
        import re

        plain = listing(MIXED, {}, now=495.0, width=80)
        coloured = listing(MIXED, {}, now=495.0, width=80, colour=True)
        assert plain != coloured
        assert [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in coloured] == plain

    def test_names_and_errors_cannot_control_the_terminal(self) -> None:
        task = ended(Status.FAILED, 1, outcome=Outcome(error="\x1b]0;owned\x07 boom \x9b2J"))
        task = replace(task, request=replace(task.request, name="a\x1b[2Jb"))
        (line,) = listing([task], {}, now=0.0, width=None)
        assert "\x1b" not in line
        assert "\x9b" not in line
        assert "boom" in line

    def test_no_tasks_no_lines(self) -> None:
        assert listing([], {}, now=0.0, width=80) == []


class TestDetails:
    def test_everything_known_has_a_line(self) -> None:
        task = ended(Status.FAILED, 2, outcome=Outcome(headline="3 failed", error="assert 3 == 4"))
        text = "\n".join(details(task, None, log_path="/logs/x.log", now=0.0))
        for expected in (
            "#7 run-tests",
            "✗ failed · exit 2 · 12m34",
            "3 failed",
            "assert 3 == 4",
            "agent_20261120_143007",
            "Run the tests",
            "/srv/shop",
            "/logs/x.log",
        ):
            assert expected in text

    def test_a_running_task_shows_its_process_and_progress(self) -> None:
        text = "\n".join(details(running(), Progress(47, 89), log_path="x", now=60.0))
        assert "4242" in text
        assert "47/89" in text
        assert "1m00" in text

    def test_attempts_are_listed_when_there_are_several(self) -> None:
        first, second = Attempt(1, "x.log", verdict=Status.FAILED), Attempt(2, "x.2.log")
        task = running()
        task = replace(task, state=replace(task.state, attempts=(first, second)))
        text = "\n".join(details(task, None, log_path="x", now=0.0))
        assert "#8.1 failed, #8.2 open" in text

    def test_a_text_with_control_characters_stays_on_its_line(self) -> None:
        task = replace(queued(), request=request(text="one\ntwo\x1b[2J"))
        lines = details(task, None, log_path="x", now=0.0)
        assert len([line for line in lines if "two" in line]) == 1
        assert "\x1b" not in "\n".join(lines)


class TestExitCodes:
    @pytest.mark.parametrize(
        ("task", "code"),
        [
            (ended(), 0),
            (ended(Status.FAILED, 1), 1),
            (ended(Status.FAILED, 200), 200),
            (ended(Status.FAILED, 255), 255),
            (ended(Status.FAILED, None, 9), 137),
            (ended(Status.FAILED, None, 15), 143),
            (ended(Status.FAILED, 0), 1),
            (ended(Status.FAILED, None), 1),
            (ended(Status.TIMED_OUT, None, 15), 124),
            (ended(Status.STOPPED, None, 9), 143),
            (ended(Status.STOPPED, 0), 143),
            (ended(Status.LOST, None), 125),
        ],
    )
    def test_how_it_ended_decides_the_code(self, task: Task, code: int) -> None:
        assert exit_code_of(task) == code

    def test_the_first_that_is_not_zero_counts(self) -> None:
        assert first_failure([ended(), ended(Status.FAILED, 7), ended(Status.LOST, None)]) == 7
        assert first_failure([ended(), ended()]) == 0
        assert first_failure([]) == 0


class TestArguments:
    def test_options_may_stand_anywhere(self) -> None:
        found = parse_arguments(
            command("add"), ["Run", "-p", "high", "the", "--tag=a", "tests", "--tag", "b"]
        )
        assert found.words == ("Run", "the", "tests")
        assert found.value("priority") == "high"
        assert found.all("tag") == ("a", "b")
        assert found.verbatim is None

    def test_behind_two_dashes_nothing_is_an_option(self) -> None:
        found = parse_arguments(command("add"), ["-phigh", "--", "make", "-p", "--json", "--"])
        assert found.value("priority") == "high"
        assert found.verbatim == ("make", "-p", "--json", "--")
        assert not found.has("json")

    def test_switches_are_there_or_not(self) -> None:
        assert parse_arguments(command("logs"), ["7", "-f"]).has("follow")
        assert not parse_arguments(command("logs"), ["7"]).has("follow")

    @pytest.mark.parametrize(
        ("argv", "says"),
        [
            (["--nope"], "no option --nope"),
            (["-p"], "-p needs a value"),
            (["-p", "urgent"], "critical, high, normal, low"),
            (["--json=yes"], "takes no value"),
        ],
    )
    def test_what_is_wrong_is_said_in_one_line(self, argv: list[str], says: str) -> None:
        with pytest.raises(UsageError, match=says) as error:
            parse_arguments(command("add"), argv)
        assert "\n" not in str(error.value)

    @pytest.mark.parametrize("listed", [c for c in COMMANDS if c.shell], ids=lambda c: c.name)
    def test_every_option_of_the_table_is_understood(self, listed: Command) -> None:
        for option in listed.options:
            value = (option.choices or ("5",))[0]
            for flag in option.flags:
                found = parse_arguments(listed, [flag, *([value] if option.metavar else [])])
                assert found.value(option.name) == (value if option.metavar else "")


class TestHelp:
    def test_the_overview_has_every_shell_command_and_no_other(self) -> None:
        text = "\n".join(overview())
        for listed in COMMANDS:
            assert (f"  {listed.name} {listed.usage}".rstrip() in text) == listed.shell
            assert not listed.shell or listed.help in text

    @pytest.mark.parametrize("listed", [c for c in COMMANDS if c.shell], ids=lambda c: c.name)
    def test_a_command_tells_its_options(self, listed: Command) -> None:
        text = "\n".join(command_help(listed))
        assert text.startswith(f"Usage: delegate {listed.name}")
        assert all(option.usage in text and option.help in text for option in listed.options)


class TestOutput:
    @pytest.mark.parametrize(
        ("text", "width", "expected"),
        [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("試験中", 5, "試験…"), ("試験", 3, "試…"), ("a", 0, "")],
    )
    def test_fit_cuts_to_cells(self, text: str, width: int, expected: str) -> None:
        assert fit(text, width) == expected
        assert cell_width(fit(text, width)) <= width

    def test_pad_fills_to_cells(self) -> None:
        assert pad("試", 4) == "試  "

    def test_clean_leaves_plain_text_alone_and_disarms_the_rest(self) -> None:
        assert clean("[/foo] [bold]x") == "[/foo] [bold]x"
        assert "\x1b" not in clean("a\x1b[2Jb")

    def test_paint_needs_a_colour_and_leave(self) -> None:
        assert paint("x", "red", True) == "\x1b[31mx\x1b[0m"
        assert paint("x", "red", False) == "x"

    def test_colour_is_for_terminals_without_no_color(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        assert uses_colour(Terminal())
        assert not uses_colour(io.StringIO())
        assert not uses_colour(None)
        monkeypatch.setenv("NO_COLOR", "1")
        assert not uses_colour(Terminal())

    @pytest.mark.parametrize(
        ("raw", "printed"),
        [
            (b"plain", "plain"),
            (b"\x1b[31mred\x1b[0m on", "\x1b[31mred\x1b[0m on"),
            (b"\x1b[1;97;104mx", "\x1b[1;97;104mx\x1b[0m"),
            (b"\x1b[38;5;200mx", "\x1b[38;5;200mx\x1b[0m"),
            (b"\x1b[48;2;1;2;3mx", "\x1b[48;2;1;2;3mx\x1b[0m"),
            (b"\x1b]0;title\x07\x1b[2Jx", "x"),
            (b"10%\r20%", "20%"),
        ],
    )
    def test_a_log_line_keeps_its_colours_and_nothing_else(self, raw: bytes, printed: str) -> None:
        assert ansi(parse_line(raw)) == printed
