"""``python -I -m app.agents.worker TEXT``: does in the current folder what the text asks for."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from app.agents.worker.jobs import ABILITIES, FixLint, Job, RunTests, UnableError
from app.agents.worker.journal import say, write
from app.agents.worker.processes import Stopped, end_children, stop_on_signals
from app.agents.worker.project import Project
from app.agents.worker.understanding import understand
from app.model.outcome import Outcome

USAGE = 2


def main(arguments: list[str]) -> int:
    """Does the job and returns the exit code.

    It is the tool's own; 1 when something is missing, 2 for a text that the worker does not understand.
    """
    job = understand(" ".join(arguments))
    if job is None:
        write(ABILITIES)
        _leave(None, Outcome(error=ABILITIES))
        return USAGE
    try:
        return _do(_with_wish(job, os.environ))
    except UnableError as error:
        return _give_up(str(error), error.code)
    except OSError as error:
        return _give_up(f"{error.strerror or error}: {error.filename}" if error.filename else str(error), 1)


def _give_up(line: str, code: int) -> int:
    say(line)
    _leave(None, Outcome(error=line))
    return code


def _with_wish(job: Job, environment: Mapping[str, str]) -> Job:
    """What was said about committing beside the sentence wins over the sentence."""
    wish = environment.get("DELEGATE_COMMIT")
    if isinstance(job, FixLint) and wish in ("yes", "no"):
        return replace(job, commit=wish == "yes")
    return job


def _do(job: Job) -> int:
    from app.agents.worker.survey import survey

    project = survey(Path.cwd(), os.environ)
    return _fix(job, project) if isinstance(job, FixLint) else _test(job, project)


def _test(job: RunTests, project: Project) -> int:
    from app.agents.worker.report import runs_outcome
    from app.agents.worker.summary import runs_summary
    from app.agents.worker.testing import run_tests, worst_code

    runs = run_tests(project, job)
    _leave(runs_summary(runs), runs_outcome(runs))
    return worst_code(runs)


def _fix(job: FixLint, project: Project) -> int:
    from app.agents.worker.fixing import fix
    from app.agents.worker.report import FixReport
    from app.agents.worker.summary import fix_summary

    def publish(report: FixReport) -> None:
        _leave(fix_summary(report), report.outcome)

    report = fix(job, project, publish)
    if report.explanation:
        say(report.explanation)
    return report.exit_code


def _leave(summary: str | None, outcome: Outcome) -> None:
    """Writes the summary and the outcome where the runner looks for them."""
    import tomli_w

    known = {name: value for name, value in asdict(outcome).items() if value not in (None, (), "")}
    if summary is not None:
        _write_whole(os.environ.get("DELEGATE_SUMMARY"), summary)
    _write_whole(os.environ.get("DELEGATE_OUTCOME"), tomli_w.dumps(known))


def _write_whole(name: str | None, text: str) -> None:
    """Replaces a file in one step; what cannot be written is said in the log and fails nothing."""
    if not name:
        return
    try:
        with tempfile.NamedTemporaryFile("wb", dir=Path(name).parent, delete=False) as file:
            file.write(text.encode("utf-8", "replace"))
        Path(file.name).replace(name)
    except OSError as error:
        say(f"{Path(name).name} was not saved: {error.strerror or error}")


def entry() -> None:
    """Runs the worker as a process of its own; a signal ends it with its tools, and is what it dies of."""
    stop_on_signals()
    try:
        code = main(sys.argv[1:])
    except Stopped as stopped:
        end_children()
        say("Stopped")
        signal.signal(stopped.number, signal.SIG_DFL)
        os.kill(os.getpid(), stopped.number)
        code = 128 + stopped.number
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    raise SystemExit(code)


if __name__ == "__main__":
    entry()
