"""What a client does to a registry, by name: the operations that tests have killed half-way."""

from __future__ import annotations

import os
from typing import Any

from app.registry.config import Config
from app.registry.store import Registry
from app.supervisor import operations

CONFIG = Config(limit=50, grace_s=0.5)


def new_task(command: list[str]) -> operations.NewTask:
    """A command to delegate."""
    return operations.NewTask("x", "command", tuple(command), "/", "x")


def carry_out(registry: Registry, operation: str, arguments: dict[str, Any]) -> None:
    """Do what a client would do for one command. Raises OperationError."""
    ids = arguments.get("ids", [])
    match operation:
        case "submit":
            operations.submit(registry, new_task(arguments["command"]), os.environ, CONFIG)
        case "resume":
            operations.resume(registry, CONFIG)
        case "tidy":
            operations.tidy(registry, CONFIG)
        case "stop":
            operations.stop(registry, ids[0])
        case "retry":
            operations.retry(registry, ids[0], os.environ, CONFIG)
        case "delete":
            operations.delete(registry, ids)
        case "clean":
            operations.delete(registry, [task.id for task in operations.cleanable(registry)])
        case "undo":
            operations.undo(registry)
        case _:
            raise ValueError(operation)
