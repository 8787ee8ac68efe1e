"""The user's own editor, started as their shell would."""

from __future__ import annotations

import pytest

from app.dashboard.input.editor import edit, editor_command


def test_visual_goes_before_editor_and_both_may_have_arguments() -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "nano"}) == ["code", "--wait"]
    assert editor_command({"EDITOR": "'my editor' -x"}) == ["my editor", "-x"]
    assert editor_command({}) == ["vi"]
    assert editor_command({"EDITOR": "broken 'quote"}) == ["vi"]


def test_the_text_comes_back_as_saved() -> None:
    assert edit("one\ntwo", {"EDITOR": "sed -i s/one/ONE/"}) == "ONE\ntwo"


def test_a_failing_editor_changes_nothing() -> None:
    with pytest.raises(ValueError, match="false ended with exit code 1; the text is as before"):
        edit("one", {"EDITOR": "false"})


def test_an_editor_that_is_not_there() -> None:
    with pytest.raises(OSError, match="no-such-editor"):
        edit("one", {"EDITOR": "no-such-editor"})
