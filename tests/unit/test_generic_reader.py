"""Any other program: what counts as progress, what only looks like it, and which line explains a failure."""

from __future__ import annotations

import pytest

from app.logs.readers import read_outcome, read_progress


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("47/89", "47/89"),
        ("[47/89] Compiling shop", "47/89"),
        ("(47/89)", "47/89"),
        ("[14:38:01] ⏳ API endpoint tests (running 47/89...)", "47/89"),
        ("Processing file 3 of 12", "3/12"),
        ("Step 4/7 : RUN make", "4/7"),
        ("#8 [3/7] RUN apt-get update", "3/7"),
        ("Converted 120 / 400 images", "120/400"),
        ("12 of 40 files done", "12/40"),
        ("Epoch 2/10", "2/10"),
        ("[12/345] Building CXX object main.o", "12/345"),
        (" 45%|████▌     | 45/100 [00:05<00:06,  8.9it/s]", "45/100"),
        (" 30%|███       | 1.2M/4.0M [00:01<00:02, 1.1MB/s]", "30%"),
        ("45%", "45%"),
        ("[ 45%] Building CXX object main.o", "45%"),
        ("Downloading model.bin: 45.7%", "45%"),
        ("Receiving objects:  45% (450/1000), 1.2 MiB | 2 MiB/s", "450/1000"),
        ("progress: 100%", "100%"),
        ("<====>--------> 45% EXECUTING [12s]", "45%"),
        ("Downloading 1/3\nDownloading 2/3", "2/3"),
        ("chunk a 1/9 at 1.2.3.4\nchunk b 5/9 at 1.2.3.4", "5/9"),
    ],
)
def test_a_count_or_a_percentage_is_progress(line: str, label: str) -> None:
    progress = read_progress(f"starting\n{line}\n")
    assert progress is not None
    assert progress.label == label


@pytest.mark.parametrize(
    "line",
    [
        "released 1/2/2026",
        "on 11/20/2026 at noon",
        "2026/11/20 12:00:00 listening",
        "we answer 24/7",
        "aspect 16/9",
        "HTTP/1.1 200 OK",
        "GET /api/3/7 HTTP/1.1",
        "see https://example.com/a/3/7",
        "wrote out/3/7.txt",
        "src/1/2 is a folder",
        "network 10.0.0.0/24",
        "python 3.11/3.12",
        "add 1/2 cup of milk",
        "CPU: 45%",
        "memory usage 81%",
        "TOTAL                120     12    90%",
        "coverage: 81.2% of statements",
        "All files | 90.1 | 80 | 100 | 92",
        "saved 12% of the bytes",
        "12% faster than before, 3% smaller",
        "150%",
        "99/98",
        "0/0",
        "1/1",
        "v1/2",
        "-1/2",
        "$3/7",
        "1,000/2,000 requests",
        "3/7ths",
    ],
)
def test_what_only_looks_like_progress_is_none(line: str) -> None:
    assert read_progress(f"starting\n{line}\n") is None


def test_the_newest_count_is_the_progress() -> None:
    assert read_progress("Epoch 1/10\nEpoch 2/10\nEpoch 3/10\nnoise\n") == read_progress("Epoch 3/10\n")


def test_what_was_counted_long_ago_is_no_longer_the_progress() -> None:
    assert read_progress("Step 3/4\n" + "working on it\n" * 2000) is None


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "building\nerror: no space left on device\nnpm error code ENOSPC\n",
            "error: no space left on device",
        ),
        ("a\nbash: ./deploy.sh: Permission denied\n", "bash: ./deploy.sh: Permission denied"),
        ("zsh: command not found: foo\n", "zsh: command not found: foo"),
        ("./run.sh: line 3: foo: command not found\n", "./run.sh: line 3: foo: command not found"),
        ("E: Unable to locate package foo\n", "E: Unable to locate package foo"),
        ("[12:00:01] ERROR: lost the database\n[12:00:02] bye\n", "ERROR: lost the database"),
        (
            "prog: error: the following arguments are required: x\n",
            "prog: error: the following arguments are required: x",
        ),
        ("ERROR 1045 (28000): Access denied\ncleaning up\n", "ERROR 1045 (28000): Access denied"),
        (
            "Deploy failed because of the weather\n    at f (x.js:1:2)\n",
            "Deploy failed because of the weather",
        ),
        ("no word of it\nlast words\n\n", "last words"),
        ("last words\n-----\nmake: *** [x] Error 2\n", "last words"),
        ("error: first\nerror: second\n", "error: first"),
        ("error: long ago\nfine again\nerror: now\n", "error: now"),
        ("0 errors, all fine\nthen silence\n", "then silence"),
        (
            "subprocess.CalledProcessError: Command 'x' returned 1\n",
            "subprocess.CalledProcessError: Command 'x' returned 1",
        ),
        (
            "panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:3 +0x1\nexit status 2\n",
            "panic: nil map",
        ),
    ],
)
def test_the_explaining_line_of_any_program(text: str, error: str) -> None:
    assert read_outcome("", text, 1, None).error == error


def test_a_stack_trace_is_not_the_explanation() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1, in <module>\n'
        "    import b\n"
        '  File "b.py", line 7, in <module>\n'
        "    raise shop.errors.ClosedError\n"
        "shop.errors.ClosedError\n"
    )
    assert read_outcome("", text, 1, None).error == "shop.errors.ClosedError"


def test_an_error_after_a_trace_that_was_survived_explains_the_end() -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    x()\nKeyError: 1\n'
    assert read_outcome("", f"{trace}retrying\nfatal: gave up after 3 tries\n", 1, None).error == (
        "fatal: gave up after 3 tries"
    )


def test_an_endless_line_is_cut_and_explains_nothing_itself() -> None:
    outcome = read_outcome("", "error: small\n" + "failed " * 5000 + "\n", 1, None)
    assert outcome.error == "error: small"
    only = read_outcome("", "x" * 100_000, 1, None).error
    assert only is not None
    assert len(only) <= 300


def test_silence_is_explained_by_the_exit_code() -> None:
    assert read_outcome("", "\n \n", 4, None).error == "exit 4"
