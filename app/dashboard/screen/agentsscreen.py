"""The agents there are: a list, and below it everything about the one at its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip

from app.agents.definitions import EMBEDDED, catalog
from app.agents.describing import describe
from app.agents.listing import state_of
from app.dashboard.details.tabs import RULE
from app.dashboard.drawing.cells import cut, fit, width_of
from app.dashboard.drawing.painted import Painted
from app.dashboard.keys import MOVES, bindings
from app.dashboard.prompt.approvals import approval_panel
from app.dashboard.prompt.prompt import PromptText
from app.dashboard.session import Session
from app.dashboard.table.rowpaint import CURSOR
from app.logs.sanitise import sanitise
from app.model.agent import AgentDefinition

LIST_SHARE = 0.4
"""How much of the height the list may take."""


class AgentsList(Painted, can_focus=True):
    """One line an agent: its name, whether it may work, what it is."""

    BINDINGS = bindings(MOVES)
    DEFAULT_CSS = """
    AgentsList { height: auto; background: $background; color: $foreground; }
    """

    class Highlighted(Message):
        """The cursor went to another agent."""

    def __init__(self, rows: Sequence[tuple[str, str, str]], cursor: int) -> None:
        super().__init__(id="agents")
        self._rows = rows
        self._top = 0
        self.cursor = cursor

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """A line for each."""
        return len(self._rows)

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._go(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        self._go(self.cursor + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Move the cursor to the first agent."""
        self._go(0)

    def action_last(self) -> None:
        """Move the cursor to the last agent."""
        self._go(len(self._rows) - 1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked line."""
        self._go(self._top + event.y)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._go(self.cursor)

    def _go(self, index: int) -> None:
        self.cursor = max(0, min(index, len(self._rows) - 1))
        height = max(1, self.size.height)
        self._top = max(self.cursor - height + 1, min(self._top, self.cursor))
        self.refresh()
        self.post_message(self.Highlighted())

    def render_line(self, y: int) -> Strip:
        """One agent."""
        index = self._top + y
        if index >= len(self._rows):
            return Strip.blank(self.size.width, self.ink())
        name, state, what = self._rows[index]
        here = index == self.cursor
        ground = "selection" if here else ""
        widest = max(width_of(row[0]) for row in self._rows)
        states = max(width_of(row[1]) for row in self._rows)
        asks = "muted" if state in ("", "approved") else "state-asking"
        pieces = [
            (CURSOR if here else " ", self.ink("accent", ground=ground)),
            (f" {fit(name, min(widest, 24))}  ", self.ink("foreground", ground=ground, bold=here)),
            (f"{fit(state, states)}  " if states else "", self.ink(asks, ground=ground)),
        ]
        left = self.size.width - sum(width_of(text) for text, _ in pieces)
        pieces.append((cut(what, left), self.ink("muted", ground=ground)))
        return self.strip(pieces, self.size.width, self.ink(ground=ground))


class AgentsScreen(ModalScreen[str | None]):
    """All agents; Enter gives back the name of the one that is to be approved, escape none."""

    DEFAULT_CSS = """
    AgentsScreen { align: center middle; background: $background 60%; }
    AgentsScreen > Vertical {
        width: 100; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
        border: round $border; background: $background;
    }
    AgentsScreen #rule { height: 1; color: $rule; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "close", "close", show=False),
        Binding("enter", "approve", "approve", show=False),
        Binding("tab", "app.focus_next", "next", show=False),
    ]

    def __init__(self, session: Session, name: str = "") -> None:
        super().__init__()
        self._folder, self._home = session.folder, session.registry.home
        self._agents: tuple[AgentDefinition, ...] = (
            EMBEDDED,
            *catalog(session.config, session.folder).agents,
        )
        names = [agent.name for agent in self._agents]
        wanted = name.removeprefix("@")
        self._list = AgentsList(
            [self._row(agent) for agent in self._agents], names.index(wanted) if wanted in names else 0
        )
        self._text = PromptText()

    def compose(self) -> ComposeResult:
        """The list over the details."""
        with Vertical() as frame:
            frame.border_title = "agents"
            frame.border_subtitle = "⏎ approve · tab scrolls below · esc closes"
            yield self._list
            yield _Rule(id="rule")
            yield self._text

    def on_mount(self) -> None:
        """Show the first one."""
        self._list.focus()
        self._show()

    def on_resize(self) -> None:
        """Share out the height."""
        self._list.styles.max_height = max(3, int(self.size.height * LIST_SHARE))

    def on_agents_list_highlighted(self) -> None:
        """Show the one at the cursor."""
        self._show()

    def on_prompt_text_pressed(self, event: PromptText.Pressed) -> None:
        """Keys below the list mean what they mean in it."""
        if event.key == "enter":
            self.action_approve()
        elif event.key == "tab":
            self._list.focus()
        elif event.key in ("escape", "q", "question_mark"):
            self.action_close()

    def action_close(self) -> None:
        """Go back to where one was."""
        self.dismiss(None)

    def action_approve(self) -> None:
        """Let the agent at the cursor be approved."""
        self.dismiss(self._agents[self._list.cursor].name)

    def _show(self) -> None:
        agent = self._agents[self._list.cursor]
        body = approval_panel(agent.name, describe(agent, whole=True), "").body
        self._text.show(body, anew=True)
        self._text.refresh(layout=True)

    def _row(self, agent: AgentDefinition) -> tuple[str, str, str]:
        return (
            sanitise(agent.name),
            state_of(agent, self._folder, self._home),
            sanitise(agent.description or " ".join(agent.command)),
        )


class _Rule(Painted):
    """A line between list and details."""

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """The line."""
        return self.strip([(RULE * self.size.width, self.ink("rule"))], self.size.width, self.ink())
