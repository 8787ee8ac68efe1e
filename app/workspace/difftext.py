"""The text of a diff, read in windows: what is not looked at stays on the disk."""

from __future__ import annotations

import subprocess
import tempfile
from typing import IO

from app.model.changes import ChangedFile
from app.workspace.compare import DIFF
from app.workspace.git import Git, GitError, explain
from app.workspace.hunks import Index, Row, Sides, row, side_by_side

MOST_BYTES = 256 * 1024 * 1024
"""How much of a diff is read; nobody scrolls further, and the file itself is there."""

MOST_LINE = 16 * 1024
"""How many bytes of a line are shown; the rest of a minified file has no reader."""

_CHUNK = 1024 * 1024


class DiffText:
    """The diff between two trees, of one file or of all, in a temporary file that vanishes with it.

    Opening it runs git and may take a while, so that belongs into a thread; a window of rows takes
    microseconds, wherever it is. ``cut`` says that the diff goes on behind MOST_BYTES.
    """

    def __init__(
        self, git: Git, start: str, end: str, file: ChangedFile | None = None, most: int = MOST_BYTES
    ) -> None:
        """Read the diff. Raises GitError."""
        self.index = Index()
        self.cut = False
        self._sides: Sides | None = None
        self._text: IO[bytes] = tempfile.TemporaryFile(prefix="delegate-diff-")  # noqa: SIM115
        paths = [] if file is None else [path for path in (file.old_path, file.path) if path]
        words = (
            "diff-tree",
            "-r",
            "-p",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            *DIFF,
            start,
            end,
            "--",
            *paths,
        )
        try:
            self._fill(git, words, most)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self.index.kinds)

    def __enter__(self) -> DiffText:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def sides(self) -> Sides:
        """The diff in two columns, paired at the first look."""
        if self._sides is None:
            self._sides = side_by_side(self.index.kinds)
        return self._sides

    def rows(self, first: int, count: int) -> tuple[Row, ...]:
        """The rows from ``first`` on, at most ``count``; fewer at the end."""
        return tuple(self.row(number) for number in range(max(0, first), min(len(self), first + count)))

    def row(self, number: int) -> Row:
        """One row. Raises IndexError behind the end."""
        start = self.index.offsets[number]
        end = self.index.offsets[number + 1] if number + 1 < len(self) else self.index.size
        self._text.seek(start)
        data = self._text.read(min(end - start, MOST_LINE))
        return row(self.index, number, data, cut=end - start > MOST_LINE)

    def beside(self, first: int, count: int) -> tuple[tuple[Row | None, Row | None], ...]:
        """Rows in two columns from ``first`` on, at most ``count``; None where nothing stands opposite."""
        left, right = self.sides.left, self.sides.right
        return tuple(
            tuple(self.row(side[number]) if side[number] < len(self) else None for side in (left, right))  # type: ignore[misc]
            for number in range(max(0, first), min(len(left), first + count))
        )

    def close(self) -> None:
        """Let the temporary file go."""
        self._text.close()

    def _fill(self, git: Git, words: tuple[str, ...], most: int) -> None:
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(
                git.command(words),
                cwd=git.folder,
                env=git.environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            )
            assert process.stdout is not None
            with process.stdout as output:
                self._take(output, most)
            if self.cut:
                process.kill()
            code = process.wait()
            if code and not self.cut:
                said.seek(0)
                raise GitError(explain(words, subprocess.CompletedProcess(words, code, b"", said.read())))

    def _take(self, output: IO[bytes], most: int) -> None:
        """Copy git's output into the temporary file and index its lines, up to a bound."""
        rest: list[bytes] = []
        while chunk := output.read(_CHUNK):
            self._text.write(chunk)
            body, newline, tail = chunk.rpartition(b"\n")
            if newline:
                rest.append(body + newline)
                self.index.add(_lines(b"".join(rest)))
                rest = [tail]
            else:
                rest.append(chunk)
            if self._text.tell() > most:
                self.cut = True
                return
        if last := b"".join(rest):
            self.index.add([last])


def _lines(data: bytes) -> list[bytes]:
    """Lines by their newlines alone: a carriage return is part of its line."""
    return [line + b"\n" for line in data[:-1].split(b"\n")]
