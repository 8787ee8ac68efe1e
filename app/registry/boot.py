"""Which boot of the machine this is: a pid means nothing after the next one."""

# No imports: the runner reads this before the task's command may start.

_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_known: list[str] = []


def boot_id() -> str:
    """The kernel's id of this boot; where there is none, the time of the boot in seconds."""
    if not _known:
        _known.append(_read())
    return _known[0]


def _read() -> str:
    try:
        with open(_BOOT_ID, encoding="ascii") as file:  # noqa: PTH123 - pathlib costs 5 ms
            return file.read().strip()
    except OSError:
        import psutil  # only systems without /proc get here

        return f"booted-{psutil.boot_time():.0f}"
