"""Which uses of a tool the rules allow, deny, or leave to a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.rules import Decision, Use, decide

ALLOW, DENY, ASK = Decision.ALLOW, Decision.DENY, Decision.ASK


def shell(command: str | None, *about: str) -> Use:
    """The use of a shell."""
    return Use(("run_shell_command",), "execute", command, about=about)


def edit(*paths: str) -> Use:
    """The use of an editor."""
    return Use(("Edit",), "edit", paths=paths)


@pytest.mark.parametrize(
    ("allow", "deny", "use", "decision"),
    [
        (("Bash",), (), shell("npm test"), ALLOW),
        (("Bash",), (), shell("npm test && rm -rf /"), ALLOW),
        (("Bash",), (), shell(None), ALLOW),
        (("execute_bash(npm test)",), (), shell("npm test"), ALLOW),
        (("Bash(npm test)",), (), shell("npm test -- --watch"), ASK),
        (("Bash(npm test*)",), (), shell("npm test -- --watch"), ALLOW),
        (("Bash(git:*)",), (), shell("git log --oneline"), ALLOW),
        (("Bash(git:*)",), (), shell("git"), ALLOW),
        (("Bash(git:*)",), (), shell("gitk"), ASK),
        (("Bash(git *)",), (), shell(None, "git log"), ASK),
        (("Read",), (), shell("cat x"), ASK),
        (("*",), (), shell("cat x"), ALLOW),
        (("*",), ("Bash",), shell("cat x"), DENY),
        (("Bash",), ("Bash(rm *)",), shell("rm -rf build"), DENY),
        (("Bash",), ("Bash(rm *)",), shell("cd x && rm -rf build"), DENY),
        (("Bash",), ("Bash(rm *)",), shell("ls"), ALLOW),
        (("Bash",), ("Bash(rm *)",), shell(None, "Running: something"), ASK),
        (("Bash",), ("Bash(rm *)",), shell(None, "rm -rf build"), DENY),
        (("Edit",), (), edit("/etc/passwd"), ALLOW),
        (("Edit(src/*)",), (), edit("src/a/b.py"), ALLOW),
        (("Edit(./src/*)",), (), edit("src/a.py"), ALLOW),
        (("Edit(src/*)",), (), edit("src/../secret"), ASK),
        (("Edit(src/*)",), (), edit("src/a.py", "secret"), ASK),
        (("Edit(src/*)",), (), edit(), ASK),
        (("Edit(*)",), (), edit("/etc/passwd"), ASK),
        (("Edit(*)",), (), edit("../other/x"), ASK),
        (("Edit(/var/data/*)",), (), edit("/var/data/x"), ALLOW),
        (("Write",), ("Edit(*.lock)",), edit("sub/uv.lock"), DENY),
        (("@git",), (), Use(("@git/status",)), ALLOW),
        (("@git/sta*",), (), Use(("@git/status",)), ALLOW),
        (("@git",), (), Use(("@github/status",)), ASK),
        (("use_aws",), (), Use(("use_aws",)), ALLOW),
        (("Read",), (), Use(("Read",), "execute", "rm x"), ASK),
        (("Read",), (), Use(("Read",), "read", "rm x"), ASK),
        (("Bash",), ("Bash(rm *)",), Use(("Bash",), "execute", paths=("x",)), ASK),
        (("Read",), ("Read",), Use(("Read",), "execute", "rm x"), DENY),
        (("Bash(npm test)",), (), shell("npm  test "), ALLOW),
        (("Bash(npm test)",), (), shell("npm\u00a0test"), ASK),
        (("Bash(npm test)",), (), shell("npm test\u00a0"), ASK),
        (("Bash(npm test)",), (), shell("PATH=. npm test"), ASK),
        (("Bash(npm test)",), (), shell("bash -c 'npm test'"), ASK),
        (("Bash(echo 'a b')",), (), shell("echo 'a  b'"), ASK),
        (("Read",), (), Use(("Bash",), "read", paths=("x",)), ASK),
        (("Read",), (), Use(("fs_read",), "read", paths=("x",)), ALLOW),
        (("use_aws",), (), Use(("use_aws",), "execute", "rm x"), ASK),
        (("use_aws",), (), Use(("use_aws",), "edit", paths=("x",)), ASK),
        (("execute_*",), (), Use(("execute_bash",), "execute", "rm x"), ALLOW),
        (("fs_*",), (), Use(("Write a file",), "edit", paths=("x",)), ALLOW),
        ((), (), Use(), ASK),
    ],
)
def test_a_use_is_decided(
    allow: tuple[str, ...], deny: tuple[str, ...], use: Use, decision: Decision
) -> None:
    assert decide(allow, deny, use) is decision


@pytest.mark.parametrize("more", [*";&|`<>\n\r", "$(", "${"])
def test_a_line_of_more_than_one_command_fits_no_allowance_for_one(more: str) -> None:
    assert decide(("Bash(npm *)",), (), shell(f"npm test {more} x")) is ASK
    assert decide(("Bash(npm *)",), (), shell("npm test x")) is ALLOW


@pytest.mark.parametrize(
    ("command", "decision"),
    [
        ("rm  -rf x", DENY),
        ("rm\t-rf x", DENY),
        ("true;rm -rf x", DENY),
        ("A=1 rm -rf x", ASK),
        ("/bin/rm -rf x", ASK),
        ("'rm' -rf x", ASK),
        ("r\\m -rf x", ASK),
        ("(rm -rf x)", ASK),
        ("sudo -n rm -rf x", ASK),
        ("bash -c 'rm -rf x'", ASK),
        ("find . -exec rm -rf {} +", ASK),
        ("echo $(rm -rf x)", DENY),
        ("rm -f x", ALLOW),
        ("npm run confirm -rf", ALLOW),
    ],
)
def test_a_forbidden_command_that_may_hide_in_another_is_asked(command: str, decision: Decision) -> None:
    assert decide(("Bash",), ("Bash(rm -rf *)",), shell(command)) is decision


def test_words_between_those_of_a_denial_do_not_hide_them() -> None:
    deny = ("Bash(git push*)", "Bash(git -c core.pager=* *)")
    assert decide(("Bash(git *)",), deny, shell("git -c user.name=x push origin")) is ASK
    assert decide(("Bash(git *)",), deny, shell("git -c core.pager=./x log")) is DENY
    assert decide(("Bash(git *)",), deny, shell("git log -5")) is ALLOW


def test_the_home_in_a_rule_is_the_person_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    use = Use(("Read",), "read", paths=("/home/me/.ssh/id",))
    assert decide(("Read",), ("Read(~/.ssh/*)",), use) is DENY
    assert decide(("Read(~/notes/*)",), (), use) is ASK
    assert decide(("Read(~/.ssh/*)",), (), use) is ALLOW


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_denial_always_wins(command: str, pattern: str) -> None:
    assert decide((pattern, "*", "Bash"), ("Bash",), shell(command)) is DENY


@given(st.text(alphabet="ab;&|`$(){}<>\n\r \\\"'*?[]", max_size=40))
def test_nothing_with_a_metacharacter_is_allowed_by_a_glob(command: str) -> None:
    decision = decide(("Bash(*)",), (), shell(command))
    assert decision is ASK or not set(command) & set(";&|`<>\n\r")
