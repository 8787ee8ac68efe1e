"""Which boot of the machine this is: a pid means nothing after the next one."""

from __future__ import annotations

import functools


@functools.cache
def boot_id() -> str:
    """The kernel's id of this boot; where there is none, the time of the boot in seconds."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123 - the runner's budget
            return file.read().strip()
    except OSError:
        import psutil  # only systems without /proc get here

        return f"booted-{psutil.boot_time():.0f}"
