"""Which last lines look like a question, and which only seem to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.question import asked

# A line that ends in "\n" here was finished by its program; the others were left open.
QUESTIONS = [
    "Continue? [y/N] ",
    "Continue? [y/N]\n",
    "Proceed (Y/n)? ",
    "Proceed ([y]/n)? ",
    "Do you want to continue? [Y/n] ",
    "Is this ok [y/d/N]: ",
    "Stage this hunk [y,n,q,a,d,e,?]? ",
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
    "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ",
    "Ok to proceed? (y) ",
    "? Overwrite the folder? › (y/N)",
    "[Y]es or [N]o: ",
    "Continue?",
    "Continue?\n",
    "Are you sure?\n",
    "Should I proceed with the migration?\n",
    "I found two ways to do this. Which of them should I take?\n",
    "Which of the two should I fix first?\n",
    "Would you like me to go on?\n",
    "What should the package be called?\n",
    "Password:",
    "Password: ",
    "Password:\n",
    "[sudo] password for ada: ",
    "Enter passphrase for key '/keys/id_ed25519': ",
    "Username for 'https://git.example.org': ",
    "Enter a value: ",
    "Please enter your name:\n",
    "Select a region:\n",
    "Type 'yes' to continue: ",
    "Name (shop): ",
    "package name: (shop) \nversion: (1.0.0) \ndescription: ",
    "rm: remove write-protected regular file 'a.txt'? ",
    "overwrite dist/app.js? ",
    "Press Enter to continue",
    "Press any key to continue . . .\n",
    "Hit RETURN to go on...\n",
    "Press [ENTER] to confirm\n",
    "--More--",
    "-- More --(12%)",
    "(END)",
    "(Pdb) ",
    "(gdb) ",
    ">>> ",
    "mysql> ",
    "sh-5.2$ ",
    "> ",
]

STATEMENTS = [
    "",
    "\n\n",
    "156 passed in 12.3s\n",
    "error: no such command `tset`. Did you mean `test`?\n",
    "Did you mean one of these? ",
    "Cannot connect to the Docker daemon. Is the docker daemon running?\n",
    "Is the server running on that host and accepting TCP/IP connections?\n",
    "Are you sure the repository exists?\n",
    "* What went wrong:\n",
    "What is new in 2.0?\n",
    "Forgot your password?\n",
    "Reset password: done\n",
    "Password: ********\n",
    "Password changed.\n",
    "The password is stored in: ~/.pgpass\n",
    "Traceback (most recent call last):\n",
    "The following packages will be removed:\n",
    "Name:\n",
    "Downloading: ",
    "Running tests: ",
    "[12:03:44] INFO: ",
    "ERROR: ",
    "Usage: ",
    "Building wheel for shop (pyproject.toml): ",
    "tests/test_pay.py ....",
    "Progress: ",
    "  45%",
    "[=====>      ] ",
    "> shop@1.0.0 build\n",
    "GET https://example.org/search?",
    "fetching https://example.org:",
    "Press Ctrl+C to quit\n",
    "Listening on port 8000, press CTRL+C to stop",
    "  ➜  press h + enter to show help\n",
    "to restart at any time, enter `rs`\n",
    "select id, name from users\n",
    "Continue reading in chapter 2\n",
    "Update: all packages are up to date\n",
    "def overwrite(path): return path if confirm else None\n",
    "if x is None or y == z: pass\n",
    "Continue? [y/N] y\nInstalling shop\n",
    "y/n\n",
    "See [yarn/npm] docs\n",
    "(yes, it was slow)\n",
    "x" * 400 + "? ",
]


@pytest.mark.parametrize("tail", QUESTIONS)
def test_what_asks_is_told_with_its_line(tail: str) -> None:
    assert asked("earlier output\n" + tail) == tail.rstrip("\n").splitlines()[-1].strip()


@pytest.mark.parametrize("tail", STATEMENTS)
def test_what_only_seems_to_ask_is_left_alone(tail: str) -> None:
    assert asked("earlier output\n" + tail) is None


def test_the_same_words_count_more_when_the_line_was_left_open() -> None:
    assert asked("Project name: ") == "Project name:"
    assert asked("Project name: \n") is None


def test_blank_lines_after_a_question_do_not_hide_it() -> None:
    assert asked("Continue? [y/N]\n\n\n") == "Continue? [y/N]"


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(tail: str) -> None:
    found = asked(tail)
    assert found is None or found in tail
