"""The registry's folders are the user's alone, and no link leads out of them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.dashboard.input.history import InputStore
from app.logs.window import LogFile
from app.model.status import Status
from app.registry.config import Config, load_config
from app.registry.paths import Home
from app.registry.safety import UnsafeFolder, folder_fault
from app.registry.store import DamagedRecord, Registry
from app.registry.transaction import ring, transaction
from app.supervisor import operations
from app.supervisor.operations import OperationError
from tests.cli.conftest import Shell
from tests.registry.test_registry import accept, finish
from tests.support import delegate, ended

FOLDERS = ["", "tasks", "logs", "queued", "running", "trash", "quarantine"]


def described(mode: int, user: int = 1000) -> os.stat_result:
    """What stat says of a file of this mode and owner."""
    return os.stat_result((mode, 0, 0, 1, user, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o500, 0o000])
def test_a_folder_that_only_its_owner_can_change_is_safe(mode: int) -> None:
    assert folder_fault(described(stat.S_IFDIR | mode), 1000) is None


@pytest.mark.parametrize(
    ("info", "says"),
    [
        (described(stat.S_IFDIR | 0o770), "changed by others"),
        (described(stat.S_IFDIR | 0o702), "changed by others"),
        (described(stat.S_IFDIR | 0o1777), "changed by others"),
        (described(stat.S_IFDIR | 0o700, user=0), "another user (uid 0)"),
        (described(stat.S_IFLNK | 0o777), "is a link"),
        (described(stat.S_IFREG | 0o600), "is not a folder"),
        (described(stat.S_IFIFO | 0o600), "is not a folder"),
    ],
)
def test_any_other_is_named_with_what_to_do(info: os.stat_result, says: str) -> None:
    fault = folder_fault(info, 1000)
    assert fault is not None
    assert says in fault
    assert "\n" not in fault


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("bits", [0o020, 0o002])
def test_a_folder_that_others_can_write_to_is_refused(registry: Registry, name: str, bits: int) -> None:
    folder = registry.home.root / name
    folder.chmod(0o700 | bits)
    with pytest.raises(UnsafeFolder, match="changed by others"):
        Registry(registry.home).open()
    with pytest.raises(UnsafeFolder):
        accept(registry)
    with pytest.raises(OperationError, match="changed by others"):
        operations.pause(registry)
    assert list(registry.home.tasks.iterdir()) == []
    folder.chmod(0o700)
    assert accept(registry).number == 1


@pytest.mark.parametrize("name", FOLDERS[1:])
def test_a_link_in_a_folders_place_is_refused(registry: Registry, tmp_path: Path, name: str) -> None:
    folder = registry.home.root / name
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeFolder, match="is a link"):
        Registry(registry.home).open()
    with pytest.raises(UnsafeFolder):
        accept(registry)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_that_leads_nowhere_is_not_made_into_a_folder(registry: Registry, tmp_path: Path) -> None:
    registry.home.logs.rmdir()
    registry.home.logs.symlink_to(tmp_path / "made")
    with pytest.raises(UnsafeFolder, match="is a link"):
        registry.open()
    assert not (tmp_path / "made").exists()


def test_the_home_itself_may_be_named_by_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("DELEGATE_HOME", str(tmp_path / "link"))
    registry = Registry(Home.find()).open()
    assert registry.home.root == tmp_path / "real"
    assert accept(registry).number == 1


def test_the_shell_command_says_it_in_one_line(shell: Shell, registry: Registry) -> None:
    registry.home.tasks.chmod(0o777)
    for words in (["status"], ["add", "--", "true"], ["stop", "1"], ["logs"], ["pause"], []):
        assert shell.run(*words).failed_with(1, str(registry.home.tasks), "changed by others")


@pytest.mark.parametrize("name", ["task.toml", "state.toml"])
def test_a_task_folder_that_is_a_link_is_set_aside(registry: Registry, tmp_path: Path, name: str) -> None:
    task = finish(registry, accept(registry))
    folder = registry.home.task(task.id)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedRecord, match="link"):
        registry.load(task.id)
    assert registry.recent(10) == []
    assert (tmp_path / "elsewhere" / name).exists()
    assert (registry.home.quarantine / task.id).is_symlink()


def links(registry: Registry, target: Path) -> list[Path]:
    """Links to a file outside, wherever a file of the registry may be made."""
    home = registry.home
    names = [home.bell, home.lock, home.supervisor_lock, home.root / "supervisor.err", home.settings]
    for path in names:
        path.unlink(missing_ok=True)
        path.symlink_to(target)
    return names


def test_no_file_is_written_through_a_link(registry: Registry, config: Config, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    links(registry, precious)
    ring(registry)
    with pytest.raises(OSError, match="symbolic"), transaction(registry):
        pass
    with pytest.raises(OperationError):
        delegate(registry, "!true", config)
    assert precious.read_text() == "precious"


@pytest.mark.parametrize("name", ["env", "end.toml", "stop.toml", "runner.err", "summary.md", "outcome.toml"])
def test_a_link_in_a_task_folder_costs_that_file_only(
    registry: Registry, config: Config, tmp_path: Path, name: str
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("SECRET=precious\n")
    operations.pause(registry)
    task = delegate(registry, "!echo done", config)
    path = registry.home.task_file(task.id, name)
    path.unlink(missing_ok=True)
    path.symlink_to(precious)
    try:
        operations.resume(registry, config)
    except OperationError:
        assert name == "runner.err"
        path.unlink()
        operations.resume(registry, config)
    done = ended(registry, task)
    assert done.status is (Status.FAILED if name == "env" else Status.COMPLETE)
    assert precious.read_text() == "SECRET=precious\n"


def test_a_log_is_not_written_or_read_through_a_link(
    registry: Registry, config: Config, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious\n")
    operations.pause(registry)
    task = delegate(registry, "!echo done", config)
    log = registry.home.log(f"{task.id}.log")
    log.symlink_to(precious)
    operations.resume(registry, config)
    assert ended(registry, task).status is Status.FAILED
    assert precious.read_text() == "precious\n"
    with pytest.raises(OSError, match="symbolic"):
        LogFile(log).tail(5)


def test_a_summary_that_is_a_link_is_not_shown(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("precious")
    number = shell.add("sh", "-c", f'ln -s {tmp_path / "secret"} "$DELEGATE_SUMMARY"')
    assert shell.run("wait", str(number)).code == 0
    assert "precious" not in shell.run("result", str(number)).out
    assert "precious" not in shell.run("result", "--json", str(number)).out


def test_what_was_typed_is_not_written_through_a_link(tmp_path: Path) -> None:
    store = InputStore(tmp_path / "dashboard")
    store.append("one")
    precious = tmp_path / "precious"
    precious.write_text('{"input": "precious"}\n')
    for path in (store.history_file, store.draft_file, store.draft_file.with_suffix(".new")):
        path.unlink(missing_ok=True)
        path.symlink_to(precious)
    store.append("two")
    store.save_draft("three")
    assert precious.read_text() == '{"input": "precious"}\n'
    assert store.load_history() == []
    assert "precious" not in store.load_draft()


def test_what_was_typed_does_not_go_into_a_folder_that_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "dashboard").symlink_to(tmp_path / "elsewhere")
    InputStore(tmp_path / "dashboard").append("one")
    InputStore(tmp_path / "dashboard").save_draft("two")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_settings_are_the_users_own_and_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles.toml").write_text("limit = 7\n")
    (tmp_path / "config.toml").symlink_to(tmp_path / "dotfiles.toml")
    assert load_config(tmp_path / "config.toml").limit == 7
