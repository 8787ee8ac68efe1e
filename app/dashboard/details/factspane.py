"""The details tab: facts about a task, looked at anew every two seconds while somebody can see them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from textual.message import Message
from textual.timer import Timer

from app.agents.expectation import expected_of
from app.dashboard.details.facts import lay_out, sections
from app.dashboard.details.linespane import LinesPane
from app.dashboard.details.markdown import Line
from app.dashboard.table.rows import Moment, elapsed
from app.logs.silence import log_facts
from app.logs.source import lies_at
from app.model.estimate import Estimate
from app.model.task import Task
from app.model.vitals import LogFacts, Vitals, change_within
from app.registry.store import Registry

PERIOD_S = 2.0
"""The time between two looks at the processes of the task in view."""

WINDOW_S = 300.0
"""How far back the time and the bytes used lately reach."""


class FactsPane(LinesPane):
    """Says why the screen thinks of a task what it shows.

    A thread looks at its processes, only while the task is live and the pane is on the screen; nothing runs
    and nothing is painted otherwise.
    """

    @dataclass
    class Sampled(Message):
        """What was seen of a task; None when it could not be looked at."""

        task_id: str
        seen: Vitals | None

    def __init__(
        self,
        registry: Registry,
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._registry = registry
        self._about: Task | None = None
        self._samples: list[Vitals] = []
        self._log: LogFacts | None = None
        self._estimate: Estimate | None = None
        self._agent: list[tuple[str, str]] = []
        self._place: list[tuple[str, str]] = []
        self._ticker: Timer | None = None
        self._in_view = False
        self._looking = False

    def show(self, task: Task | None) -> None:
        """Show a task, or how the shown one stands now; the same attempt again keeps the place."""
        before, self._about = self._about, task
        other = _attempt_of(before) != _attempt_of(task)
        if other or not (task and task.status.live):
            self._samples.clear()
        self._log = self._measured(task)
        self._estimate = expected_of(self._registry, task) if task else None
        self._agent = self._told(task)
        self._place = self._placed(task)
        self.lay_anew(from_top=other)
        self._run()

    def _told(self, task: Task | None) -> list[tuple[str, str]]:
        """What is known of the agent; nothing is read for a task that has none."""
        if task is None or task.run is None:
            return []
        from app.cli.agentfacts import agent_facts, reach_of
        from app.registry.conversation import conversation

        said = conversation(self._registry.home, task)
        return [*agent_facts(task, said, approved=reach_of(self._registry.home, task))]

    def _placed(self, task: Task | None) -> list[tuple[str, str]]:
        """Where it works and what proves it; nothing is read for a plain command."""
        if task is None or (task.request.workspace is None and task.request.check is None):
            return []
        from app.workspace.facts import facts_of, place_lines

        return [*place_lines(task, facts_of(self._registry.home, task))]

    def _measured(self, task: Task | None) -> LogFacts | None:
        if task is None or task.attempt is None:
            return None
        with suppress(OSError):
            return log_facts(self._registry.home.log(task.attempt.log), None)
        return None

    # Looking

    def on_mount(self) -> None:
        """Prepare the clock; it runs only while there is something to look at."""
        self._ticker = self.set_interval(PERIOD_S, self._look, pause=True)

    def on_show(self) -> None:
        """Begin to look."""
        self._in_view = True
        self._run()

    def on_hide(self) -> None:
        """Look no more."""
        self._in_view = False
        self._run()

    @property
    def _wanted(self) -> bool:
        return self._in_view and self._about is not None and self._about.status.live

    def _run(self) -> None:
        if self._ticker is None:
            return
        if not self._wanted:
            self._ticker.pause()
            return
        self._ticker.resume()
        if not self._samples:
            self._look()

    def _look(self) -> None:
        """Let a thread look, unless one does already or another screen is in front."""
        if self._wanted and not self._looking and self.screen.is_active and self._about is not None:
            self._looking = True
            task = self._about
            self.run_worker(lambda: self._sample(task), thread=True, exit_on_error=False)

    def _sample(self, task: Task) -> None:
        from app.supervisor.vitals import sample  # who never opens this tab need not load it

        seen = None
        with suppress(OSError):
            seen = sample(self._registry, task)
        self.post_message(self.Sampled(task.id, seen))

    def on_facts_pane_sampled(self, event: Sampled) -> None:
        """Show what was seen, if it is still about the task in view."""
        event.stop()
        self._looking = False
        task, seen = self._about, event.seen
        if task is None or task.id != event.task_id or not task.status.live:
            self._run()
            return
        if seen is not None:
            kept = [one for one in self._samples if seen.at - one.at <= WINDOW_S and one.child == seen.child]
            self._samples = [*kept, seen]
            self._log = seen.log
            self.lay_anew()

    # Drawing

    def lay_out(self, width: int) -> list[Line]:
        """The facts as they are known now."""
        task = self._about
        if task is None:
            return []
        seen = self._samples[-1] if self._samples else None
        used = change_within(self._samples, WINDOW_S)
        path = str(lies_at(self._registry.home.log(task.attempt.log))) if task.attempt else ""
        ran_s = elapsed(task, Moment.now())
        told = sections(task, seen, used, self._log, path, self._estimate, ran_s, self._agent, self._place)
        return lay_out(told, width)


def _attempt_of(task: Task | None) -> tuple[str, int] | None:
    return (task.id, len(task.state.attempts)) if task else None
