"""The fence, with the real bubblewrap: what gets through it and what does not."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.model.ask import ChoiceKind
from app.model.run import AgentRun, Channel
from app.model.status import Status
from app.model.task import Task
from tests.agents.fenced import acp as acp
from tests.agents.fenced import place as place
from tests.agents.fenced import shell, user_home
from tests.agents.hosted import Hosted, last
from tests.support import ended, until


def said(place: Hosted, task: Task) -> dict[str, str]:
    """The lines ``name: value`` of the log."""
    pairs = (line.partition(": ") for line in place.log(task).splitlines())
    return {name: value for name, colon, value in pairs if colon}


def test_it_writes_to_its_folder_and_nowhere_else(place: Hosted, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    tries = [outside / "x", user_home() / "x", Path("/etc/delegate-test"), Path("/usr/delegate-test")]
    script = "touch inside; " + "; ".join(f"touch {path} && echo 'wrote: {path}'" for path in tries)
    done = place.run("go", shell(script + "; true"))
    assert done.status is Status.COMPLETE, place.log(done)
    assert (place.folder / "inside").exists()
    assert not any(path.exists() for path in tries)


def test_it_has_a_writable_tmp_of_its_own(place: Hosted) -> None:
    done = place.run(
        "go", shell("echo x > $TMPDIR/delegate-fence-test && cp $TMPDIR/delegate-fence-test got")
    )
    assert done.status is Status.COMPLETE, place.log(done)
    assert (place.folder / "got").read_text() == "x\n"
    assert not Path("/tmp/delegate-fence-test").exists()


def test_it_sees_no_other_home_and_no_key(place: Hosted) -> None:
    keys = user_home() / ".ssh"
    keys.mkdir()
    (keys / "id").write_text("secret")
    done = place.run("go", shell(f"cat {keys}/id; ls -a {user_home()}; ls /home; touch got"))
    assert (place.folder / "got").exists(), place.log(done)
    assert "secret" not in place.log(done)
    assert ".ssh" not in place.log(done).replace(str(keys), "")


def test_it_sees_nothing_of_the_registry_and_cannot_delegate_its_way_out(place: Hosted) -> None:
    root = place.registry.home.root
    script = f"find {root} -type f; echo x > {root}/tasks/$DELEGATE_TASK_ID/answer-1.toml; echo fine > got"
    done = place.run("go", shell(script))
    assert (place.folder / "got").exists()
    found = [Path(line).name for line in place.log(done).splitlines() if line.startswith(str(root))]
    assert sorted(found) == ["outcome.toml", "summary.md"]
    assert not place.registry.home.task_file(done.id, "answer-1.toml").exists()


def test_what_it_writes_of_its_work_is_taken_over(place: Hosted) -> None:
    script = (
        "echo '# Done by the agent' > $DELEGATE_SUMMARY; echo 'headline = \"42 done\"' > $DELEGATE_OUTCOME"
    )
    done = place.run("go", shell(script))
    folder = place.registry.home.task(done.id)
    assert (folder / "summary.md").read_text() == "# Done by the agent\n"
    assert last(done).outcome.headline == "42 done"
    assert not list(folder.glob("*.fenced"))


def test_a_link_in_place_of_a_summary_is_not_followed(place: Hosted) -> None:
    done = place.run("go", shell("rm -f $DELEGATE_SUMMARY; ln -s /etc/passwd $DELEGATE_SUMMARY; true"))
    summary = place.registry.home.task_file(done.id, "summary.md")
    assert "root:" not in summary.read_text()


def test_without_the_network_there_is_none_and_with_it_there_is(place: Hosted) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2); print('got: out')"
        run = AgentRun(Channel.EXEC, (sys.executable, "-I", "-c", script), sandbox="workspace", network=False)
        closed = place.run("go", run)
        assert closed.status is Status.FAILED, place.log(closed)
        assert "got" not in said(place, closed)
        opened = place.run("go", replace(run, network=True))
        assert said(place, opened)["got"] == "out", place.log(opened)


def test_the_folder_of_a_git_worktree_can_be_committed_to(place: Hosted, tmp_path: Path) -> None:
    main, tree = place.folder, tmp_path / "tree"
    place.git("worktree", "add", "-q", "-b", "other", str(tree))
    place.folder = tree
    script = (
        "echo x > new && git add new && git -c user.name=T -c user.email=t@example.com commit -q -m New "
        "&& git log -1 --format='commit: %s'"
    )
    done = place.run("go", shell(script))
    assert said(place, done)["commit"] == "New", place.log(done)
    assert not (main / "new").exists()


def test_it_cannot_make_git_run_something_outside(place: Hosted) -> None:
    script = (
        "git config core.fsmonitor ./evil; echo x >> .git/config; echo '#!/bin/sh' > .git/hooks/pre-commit; "
        "mv .git .git2; rm -rf .git; mkdir -p got"
    )
    before = (place.folder / ".git" / "config").read_text()
    done = place.run("go", shell(script))
    assert (place.folder / "got").is_dir(), place.log(done)
    assert (place.folder / ".git" / "config").read_text() == before
    assert not (place.folder / ".git" / "hooks" / "pre-commit").exists()


def test_it_cannot_make_our_own_git_run_something_outside(place: Hosted, tmp_path: Path) -> None:
    mark = tmp_path / "escaped"
    who = "-c user.name=T -c user.email=t@example.com"
    script = (
        f"git init -q sub && cd sub && git config filter.x.clean 'touch {mark} got; cat' "
        "&& echo '* filter=x' > .gitattributes && echo a > f && git add . "
        f"&& git {who} commit -qm x && cd .. && git add sub && touch -d 1980-01-01 sub/f && rm -f sub/got"
    )
    done = place.run("go", shell(script))
    assert done.status is Status.COMPLETE, place.log(done)
    assert (place.folder / "sub" / "got").exists(), "git did not run it at all: the test shows nothing"
    assert not mark.exists()


@pytest.mark.parametrize("name", ["hooks/post-checkout", "config"])
def test_what_git_runs_cannot_be_made_either(place: Hosted, name: str) -> None:
    shutil.rmtree(place.folder / ".git" / "hooks")
    done = place.run("go", shell(f"echo x >> .git/{name}; touch got"))
    assert (place.folder / "got").exists(), place.log(done)
    assert "x\n" not in (place.folder / ".git" / "config").read_text().splitlines(keepends=True)
    assert not list((place.folder / ".git" / "hooks").iterdir())


def test_what_could_not_be_guarded_and_has_appeared_is_told(place: Hosted) -> None:
    own = user_home() / ".claude"
    own.mkdir()
    done = place.run("go", shell(f"echo '{{}}' > {own}/settings.json; touch got", client="claude"))
    assert f"! {own}/settings.json is new: it says what is run without a fence from now on" in place.log(done)
    again = place.run("go", shell("rm got; touch got", client="claude"))
    assert "is new" not in place.log(again)


@pytest.mark.parametrize("how", ["home", "common"])
def test_a_link_to_a_repository_opens_no_other_folder(place: Hosted, how: str) -> None:
    shutil.rmtree(place.folder / ".git")
    secret = user_home() / "secret"
    secret.write_text("a key")
    fake = place.folder / "fake"
    fake.mkdir()
    (place.folder / ".git").write_text(f"gitdir: {user_home() if how == 'home' else fake}\n")
    (fake / "commondir").write_text(str(user_home()))
    (fake / "gitdir").write_text(str(place.folder / ".git"))
    done = place.run("go", shell(f"cat {secret}; echo x > {user_home()}/new; touch got"))
    assert (place.folder / "got").exists(), place.log(done)
    assert "a key" not in place.log(done)
    assert not (user_home() / "new").exists()


def test_a_client_keeps_its_own_folder_but_not_the_rest_and_not_what_it_runs(place: Hosted) -> None:
    own = user_home() / ".claude"
    (own / "agents").mkdir(parents=True)
    (own / "settings.json").write_text("{}")
    script = (
        f"echo x > {own}/session; echo evil > {own}/settings.json; echo evil > {own}/agents/a.md; "
        f"mkdir -p {user_home()}/.codex; echo x > {user_home()}/.codex/y; touch got"
    )
    done = place.run("go", shell(script, client="claude"))
    assert (place.folder / "got").exists(), place.log(done)
    assert (own / "session").read_text() == "x\n"
    assert (own / "settings.json").read_text() == "{}"
    assert not list((own / "agents").iterdir())
    assert not (user_home() / ".codex").exists()


def test_a_client_s_folder_is_where_its_variable_says(place: Hosted, tmp_path: Path) -> None:
    place.environment["CODEX_HOME"] = str(tmp_path / "codex")
    done = place.run("go", shell("echo x > $CODEX_HOME/session; touch got", client="codex"))
    assert (place.folder / "got").exists(), place.log(done)
    assert (tmp_path / "codex" / "session").read_text() == "x\n"


def test_a_program_that_lies_in_the_home_can_be_started(place: Hosted) -> None:
    package = user_home() / ".local" / "lib" / "node_modules" / "agent"
    package.mkdir(parents=True)
    (package / "words").write_text("from its package")
    program = package / "agent.sh"
    program.write_text('#!/bin/sh\necho "got: $(cat $(dirname $(readlink -f $0))/words) $1"\n')
    program.chmod(0o755)
    binary = user_home() / ".local" / "bin"
    binary.mkdir()
    (binary / "agent").symlink_to("../lib/node_modules/agent/agent.sh")
    (user_home() / ".local" / "secret").write_text("x")
    place.environment["PATH"] = f"{binary}:{os.environ['PATH']}"
    run = AgentRun(Channel.EXEC, ("agent", "{task}"), sandbox="workspace")
    done = place.run("right now", run)
    assert said(place, done)["got"] == "from its package right now", place.log(done)


def test_an_agent_of_the_protocol_is_fenced_too(place: Hosted, acp: AgentRun, tmp_path: Path) -> None:
    task = place.submit(f"[[permission]] [[write:{tmp_path}/outside.txt]]", acp)
    place.answer(task, ChoiceKind.ALLOW_ONCE)
    done = ended(place.registry, task)
    assert not (tmp_path / "outside.txt").exists(), place.log(done)
    assert place.notes("permission")
    assert "behind a fence: writes to this folder only, without the network" in place.log(done)


def test_the_files_that_are_taken_over_are_for_nobody_else(place: Hosted) -> None:
    task = place.submit("go", shell("touch ready; while [ ! -e go ]; do sleep 0.05; done"))
    assert until(lambda: (place.folder / "ready").exists())
    files = list(place.registry.home.task(task.id).glob("*.fenced"))
    assert len(files) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    (place.folder / "go").touch()
    assert ended(place.registry, task).status is Status.COMPLETE
