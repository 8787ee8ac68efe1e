"""What a runner is told when it is started: one attempt, its limits, its command, as an argument list."""

# Imported by the runner: see processes.py.

LOCK_DESCRIPTOR = 3
"""The runner inherits its liveness lock on this file descriptor, locked: it is never seen unlocked."""


class Order:
    """One attempt to run. Times are in seconds, sizes in bytes, and 0 means no limit.

    ``nice`` is what the task's processes yield to others (nice(2)); with ``keep_environment`` the file of the
    environment stays for another attempt; with ``keep_leftovers`` so do processes that outlive the command.
    With ``courtesy`` the command alone is asked to end first: it knows how to end what it has started.

    With ``prepare`` the place to work in is made before the command starts, and what has changed there is
    gathered after its end. ``check`` is a command line that has to succeed for a success to count.
    """

    __slots__ = (
        "attempt",
        "check",
        "check_s",
        "command",
        "courtesy",
        "folder",
        "grace_s",
        "keep_environment",
        "keep_leftovers",
        "log",
        "log_bytes",
        "memory_bytes",
        "nice",
        "number",
        "prepare",
        "quiet_s",
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
        quiet_s: float,
        memory_bytes: int,
        nice: int,
        keep_environment: bool,
        keep_leftovers: bool,
        courtesy: bool,
        prepare: bool,
        check: str,
        check_s: float,
        folder: str,
        command: list[str],
    ) -> None:
        self.root, self.task_id, self.number, self.attempt = root, task_id, number, attempt
        self.log, self.log_bytes, self.memory_bytes = log, log_bytes, memory_bytes
        self.timeout_s, self.quiet_s, self.grace_s = timeout_s, quiet_s, grace_s
        self.keep_environment, self.keep_leftovers = keep_environment, keep_leftovers
        self.check, self.check_s = check, check_s
        self.courtesy, self.prepare, self.nice = courtesy, prepare, nice
        self.folder, self.command = folder, command

    def to_arguments(self) -> list[str]:
        """The argument list that ``from_arguments`` reads."""
        limits = [self.timeout_s, self.grace_s, self.log_bytes, self.quiet_s, self.memory_bytes, self.nice]
        limits += [
            int(self.keep_environment),
            int(self.keep_leftovers),
            int(self.courtesy),
            int(self.prepare),
        ]
        names = [self.root, self.task_id, self.number, self.attempt, self.log]
        return [str(item) for item in (*names, *limits, self.check, self.check_s, self.folder, *self.command)]

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
            quiet_s=float(words[8]),
            memory_bytes=int(words[9]),
            nice=int(words[10]),
            keep_environment=words[11] == "1",
            keep_leftovers=words[12] == "1",
            courtesy=words[13] == "1",
            prepare=words[14] == "1",
            check=words[15],
            check_s=float(words[16]),
            folder=words[17],
            command=words[18:],
        )

    def task_file(self, name: str) -> str:
        """A file in the task's folder."""
        return f"{self.root}/tasks/{self.task_id}/{name}"

    def own_file(self, stem: str, suffix: str) -> str:
        """A file in the task's folder that each attempt has its own of: ``summary.md``, ``summary.2.md``."""
        return self.task_file(f"{stem}{suffix}" if self.attempt == 1 else f"{stem}.{self.attempt}{suffix}")
