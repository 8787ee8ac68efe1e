"""Themes: ours can be read, a bad one is named, and the others load."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.dashboard.theming import (
    BASE,
    LOG,
    STATES,
    DashboardTheme,
    ThemeError,
    contrast,
    load_themes,
    read_theme,
    shipped_themes,
    unreadable,
    user_themes,
    variable_defaults,
)

OURS = load_themes((shipped_themes(),))


def theme_text(name: str = "mine", **changes: str) -> str:
    """A whole theme file, with some of its colours changed."""
    colours = "\n".join(f'{key} = "{changes.get(key, "#eeeeee")}"' for key in BASE)
    states = "\n".join(f'{key} = "{changes.get(key, "#ff0000")}"' for key in STATES)
    return f'name = "{name}"\n[colours]\n{colours}\n[states]\n{states}\n'


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_ours_are_found_without_a_problem() -> None:
    assert set(OURS.themes) == {"dark", "light"}
    assert OURS.problems == ()
    assert OURS.themes["dark"].dark
    assert not OURS.themes["light"].dark


@pytest.mark.parametrize("theme", OURS.themes.values(), ids=lambda theme: theme.name)
def test_text_of_ours_can_be_read_on_every_surface(theme: DashboardTheme) -> None:
    assert unreadable(theme) == ()


@pytest.mark.parametrize("theme", OURS.themes.values(), ids=lambda theme: theme.name)
def test_log_colours_of_ours_can_be_read(theme: DashboardTheme) -> None:
    poor = [name for name, colour in theme.log.items() if contrast(colour, theme.base["background"]) < 4.5]
    assert poor == []


@pytest.mark.parametrize("theme", OURS.themes.values(), ids=lambda theme: theme.name)
def test_surfaces_of_ours_are_neutral_grey(theme: DashboardTheme) -> None:
    for name in ("background", "surface", "panel", "selection", "foreground", "muted", "rule"):
        red, green, blue = (theme.base[name][start : start + 2] for start in (1, 3, 5))
        assert red == green == blue, name


@pytest.mark.parametrize("theme", OURS.themes.values(), ids=lambda theme: theme.name)
def test_states_that_mean_different_things_differ(theme: DashboardTheme) -> None:
    loud = [theme.states[name] for name in ("running", "asking", "complete", "failed", "timed_out", "lost")]
    assert len(set(loud)) == len(loud)


def test_contrast_follows_the_definition() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_unreadable_names_the_pair() -> None:
    theme = read_theme(
        theme_text(background="#101010", surface="#101010", selection="#101010", muted="#333333")
    )
    assert unreadable(theme) == ("muted on background", "muted on surface", "muted on selection")


def test_users_theme_is_added_and_may_replace_ours(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", theme_text("mine"))
    write(tmp_path, "b.toml", theme_text("dark", running="#123456"))
    loaded = load_themes((shipped_themes(), tmp_path))
    assert set(loaded.themes) == {"dark", "light", "mine"}
    assert loaded.themes["dark"].states["running"] == "#123456"


def test_bad_theme_is_named_and_the_others_load(tmp_path: Path) -> None:
    write(tmp_path, "broken.toml", "name = ")
    write(tmp_path, "bytes.toml", "")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    write(tmp_path, "good.toml", theme_text("good"))
    (tmp_path / "folder.toml").mkdir()
    loaded = load_themes((tmp_path,))
    assert set(loaded.themes) == {"good"}
    assert [problem.split()[1] for problem in loaded.problems] == ["broken.toml", "bytes.toml", "folder.toml"]
    assert all("\n" not in problem for problem in loaded.problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[colours]", "no name"),
        (theme_text().replace("accent =", "acent ="), "'acent' in [colours]"),
        (theme_text().replace('asking = "#ff0000"\n', ""), "[states] lacks asking"),
        (theme_text(running="blau"), "running in [states] is 'blau'"),
        (theme_text().replace('"#eeeeee"', "7", 1), "background in [colours] is 7"),
        ("dark = 1\n" + theme_text(), "dark is true or false"),
        ("colors = 3\n" + theme_text(), "unknown key 'colors'"),
        ('name = "x"\ncolours = 3', "[colours] is a table"),
    ],
)
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(ThemeError) as error:
        read_theme(text)
    assert says in str(error.value)


def test_log_colours_may_be_left_out() -> None:
    theme = read_theme(theme_text(failed="#aa0000") + '[log]\ngreen = "#00ff00"\n')
    assert set(theme.log) == set(LOG)
    assert theme.log["red"] == "#AA0000"
    assert theme.log["green"] == "#00FF00"


def test_every_state_has_a_variable() -> None:
    assert {f"state-{name.replace('_', '-')}" for name in STATES} <= set(variable_defaults())


def test_users_folder_follows_the_xdg_rules(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert user_themes({"HOME": home}) == tmp_path / ".config/delegate/themes"
    assert user_themes({"HOME": home, "XDG_CONFIG_HOME": f"{home}/x"}) == tmp_path / "x/delegate/themes"


def test_missing_folder_is_no_problem(tmp_path: Path) -> None:
    loaded = load_themes((tmp_path / "none",))
    assert (dict(loaded.themes), loaded.problems) == ({}, ())
