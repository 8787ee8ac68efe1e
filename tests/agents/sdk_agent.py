"""An agent made with the protocol's own Python library, which checks everything that reaches it.

It writes hello.txt if it is allowed to; the prompts it gets are kept in the folder that AGENT_STORE names.
"""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from pathlib import Path
from typing import Any

import acp
from acp import schema
from acp.interfaces import Client

OPTIONS = [
    schema.PermissionOption(option_id="y", name="Yes", kind="allow_once"),
    schema.PermissionOption(option_id="n", name="No", kind="reject_once"),
]


class SdkAgent:
    """Asks before it writes, makes a plan, tells what it has used."""

    def __init__(self) -> None:
        self.client: Client | None = None
        self.folder = "."
        self.mode = "ask"
        self.cancelled = asyncio.Event()

    def on_connect(self, conn: Client) -> None:
        """Whom to tell and to ask."""
        self.client = conn

    async def initialize(self, protocol_version: int, **_: Any) -> schema.InitializeResponse:
        able = schema.AgentCapabilities(load_session=True)
        return schema.InitializeResponse(protocol_version=protocol_version, agent_capabilities=able)

    async def new_session(self, cwd: str, **_: Any) -> schema.NewSessionResponse:
        self.folder = cwd
        modes = [schema.SessionMode(id=name, name=name) for name in ("ask", "plan")]
        state = schema.SessionModeState(current_mode_id=self.mode, available_modes=modes)
        return schema.NewSessionResponse(session_id=str(uuid.uuid4()), modes=state)

    async def load_session(self, cwd: str, session_id: str, **_: Any) -> schema.LoadSessionResponse:
        self.folder = cwd
        for text in self._prompts(session_id):
            await self._tell(session_id, acp.update_user_message_text(text))
            await self._tell(session_id, acp.update_agent_message_text("said before"))
        return schema.LoadSessionResponse()

    async def set_session_mode(self, session_id: str, mode_id: str, **_: Any) -> None:
        self.mode = mode_id
        update = schema.CurrentModeUpdate(session_update="current_mode_update", current_mode_id=mode_id)
        await self._tell(session_id, update)

    async def prompt(self, session_id: str, prompt: list[Any], **_: Any) -> schema.PromptResponse:
        text = "".join(block.text for block in prompt)
        before = self._prompts(session_id)
        self._store(session_id).write_text(json.dumps([*before, text]))
        await self._tell(session_id, acp.update_agent_message_text(f"{len(before)} before this.\n"))
        if text == "wait":
            await self.cancelled.wait()
            return schema.PromptResponse(stop_reason="cancelled")
        await self._tell(session_id, acp.update_plan([acp.plan_entry("Write it", status="in_progress")]))
        await self._write(session_id)
        usage = schema.Usage(total_tokens=30, input_tokens=20, output_tokens=10)
        return schema.PromptResponse(stop_reason="end_turn", usage=usage)

    async def cancel(self, session_id: str, **_: Any) -> None:
        assert session_id
        self.cancelled.set()

    async def _write(self, session_id: str) -> None:
        assert self.client is not None
        path = Path(self.folder, "hello.txt")
        call = acp.start_edit_tool_call("1", "Write hello.txt", str(path), "hello\n")
        await self._tell(session_id, call)
        answer = await self.client.request_permission(
            session_id=session_id,
            tool_call=schema.ToolCallUpdate(tool_call_id="1", title="Write hello.txt"),
            options=OPTIONS,
        )
        allowed = getattr(answer.outcome, "option_id", None) == "y"
        if allowed:
            path.write_text("hello\n")
        content = [acp.tool_diff_content(str(path), "hello\n")] if allowed else None
        status: Any = "completed" if allowed else "failed"
        await self._tell(session_id, acp.update_tool_call("1", status=status, content=content))

    async def _tell(self, session_id: str, update: Any) -> None:
        assert self.client is not None
        await self.client.session_update(session_id=session_id, update=update)

    def _store(self, session_id: str) -> Path:
        return Path(os.environ["AGENT_STORE"], f"{session_id}.json")

    def _prompts(self, session_id: str) -> list[str]:
        store = self._store(session_id)
        return json.loads(store.read_text()) if store.exists() else []


if __name__ == "__main__":
    asyncio.run(acp.run_agent(SdkAgent()))  # type: ignore[arg-type] # it has what is asked of it
