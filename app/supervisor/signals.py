"""The interpreter's signal calls without the module `signal`, whose enums cost each start 4 ms."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
else:
    import _signal as signal

__all__ = ["signal"]
