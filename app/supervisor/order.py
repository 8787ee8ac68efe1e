"""What a runner is told when it is started: one attempt, its limits, its command, as an argument list."""

# Imported by the runner: see processes.py.

LOCK_DESCRIPTOR = 3
"""The runner inherits its liveness lock on this file descriptor, locked: it is never seen unlocked."""


class Order:
    """One attempt to run. Times are in seconds, sizes in bytes; ``timeout_s`` 0 means no limit."""

    __slots__ = (
        "attempt",
        "command",
        "folder",
        "grace_s",
        "log",
        "log_bytes",
        "number",
        "root",
        "task_id",
        "timeout_s",
    )

    def __init__(
        self,
        *,
        root: str,
        task_id: str,
        number: int,
        attempt: int,
        log: str,
        timeout_s: float,
        grace_s: float,
        log_bytes: int,
        folder: str,
        command: list[str],
    ) -> None:
        self.root = root
        self.task_id = task_id
        self.number = number
        self.attempt = attempt
        self.log = log
        self.timeout_s = timeout_s
        self.grace_s = grace_s
        self.log_bytes = log_bytes
        self.folder = folder
        self.command = command

    def to_arguments(self) -> list[str]:
        """The argument list that ``from_arguments`` reads."""
        limits = [self.timeout_s, self.grace_s, self.log_bytes]
        names = [self.root, self.task_id, self.number, self.attempt, self.log]
        return [str(item) for item in (*names, *limits, self.folder, *self.command)]

    @classmethod
    def from_arguments(cls, words: list[str]) -> "Order":
        """Read an argument list. Raises ValueError and IndexError for anything but ``to_arguments``'s."""
        return cls(
            root=words[0],
            task_id=words[1],
            number=int(words[2]),
            attempt=int(words[3]),
            log=words[4],
            timeout_s=float(words[5]),
            grace_s=float(words[6]),
            log_bytes=int(words[7]),
            folder=words[8],
            command=words[9:],
        )

    def task_file(self, name: str) -> str:
        """A file in the task's folder."""
        return f"{self.root}/tasks/{self.task_id}/{name}"

    def own_file(self, stem: str, suffix: str) -> str:
        """A file in the task's folder that each attempt has its own of: ``summary.md``, ``summary.2.md``."""
        return self.task_file(f"{stem}{suffix}" if self.attempt == 1 else f"{stem}.{self.attempt}{suffix}")
