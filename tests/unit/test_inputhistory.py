"""Earlier inputs come back with up, and the line being typed is never lost."""

from __future__ import annotations

from pathlib import Path

from app.dashboard.input.history import MAX_ENTRIES, History, InputStore


def test_up_goes_back_and_down_returns_to_what_was_being_typed() -> None:
    history = History(["one", "two"])
    assert history.back("dra") == "two"
    assert history.back("two") == "one"
    assert history.back("one") is None
    assert history.forward() == "two"
    assert history.forward() == "dra"
    assert history.forward() is None


def test_an_entry_equal_to_the_typed_line_is_passed_over() -> None:
    assert History(["one", "two"]).back("two") == "one"


def test_an_edit_ends_the_walk() -> None:
    history = History(["one", "two"])
    history.back("")
    history.reset()
    assert history.forward() is None
    assert history.back("two, edited") == "two"


def test_the_same_text_twice_is_kept_once_and_blanks_never() -> None:
    history = History()
    for text in ("one", "one", "  ", "two"):
        history.add(text)
    assert history.entries == ["one", "two"]


def test_history_survives_a_restart_with_line_breaks_and_any_character(tmp_path: Path) -> None:
    store = InputStore(tmp_path / "dashboard")
    for text in ("first\nsecond line", "\u2028 ü ⏎", "lone \udce9"):
        store.append(text)
    assert InputStore(tmp_path / "dashboard").load_history() == [
        "first\nsecond line",
        "\u2028 ü ⏎",
        "lone \udce9",
    ]


def test_lines_that_do_not_parse_are_passed_over(tmp_path: Path) -> None:
    store = InputStore(tmp_path)
    store.append("good")
    with store.history_file.open("ab") as file:
        file.write(b'{"input": 3}\nnot json\n[1]\n\xff\n{"input": "also good"}\n{"inp')
    assert store.load_history() == ["good", "also good"]


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    store = InputStore(tmp_path)
    for number in range(MAX_ENTRIES + 300):
        store.append(f"task {number}")
    entries = store.load_history()
    assert len(entries) == MAX_ENTRIES
    assert entries[-1] == f"task {MAX_ENTRIES + 299}"
    assert len(store.history_file.read_text().splitlines()) == MAX_ENTRIES


def test_a_draft_survives_a_restart_and_an_empty_one_leaves_no_file(tmp_path: Path) -> None:
    store = InputStore(tmp_path / "dashboard")
    store.save_draft("half a\nthought")
    assert InputStore(tmp_path / "dashboard").load_draft() == "half a\nthought"
    store.save_draft("")
    assert not store.draft_file.exists()
    assert store.load_draft() == ""


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = InputStore(tmp_path / "file" / "dashboard")
    store.append("one")
    store.save_draft("two")
    assert (store.load_history(), store.load_draft()) == ([], "")


def test_what_was_typed_is_for_its_owner_only(tmp_path: Path) -> None:
    store = InputStore(tmp_path / "dashboard")
    store.append("secret")
    store.save_draft("secret")
    assert store.history_file.stat().st_mode & 0o077 == 0
    assert store.draft_file.stat().st_mode & 0o077 == 0
