"""Themes as files: reading, checking, and handing them to Textual.

A theme is a TOML file with a name, base colours, one colour a state, and the sixteen colours of the log. Ours
come with the package; the user adds theirs in ``${XDG_CONFIG_HOME:-~/.config}/delegate/themes``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from textual.color import Color, ColorParseError
from textual.theme import Theme as TextualTheme

from app.model.status import Status

BASE = ("background", "surface", "panel", "selection", "foreground", "muted", "rule", "accent")
"""The base colours that every theme gives."""

STATES = tuple(status.value for status in Status)
"""The states, each with a colour of its own."""

_PLAIN = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

LOG = (*_PLAIN, *(f"bright_{name}" for name in _PLAIN))
"""The colours that programs ask for by number, 0 to 15 in this order; a theme may leave them out."""

_SECTIONS = {"colours": BASE, "states": STATES, "log": LOG}
_READABLE = 4.5


class ThemeError(ValueError):
    """A theme file that cannot be used; the message is one line that says what to change."""


@dataclass(frozen=True, slots=True)
class DashboardTheme:
    """One theme. Colours are ``#rrggbb``; ``base``, ``states`` and ``log`` are keyed by the names above."""

    name: str
    dark: bool
    base: Mapping[str, str]
    states: Mapping[str, str]
    log: Mapping[str, str]

    def variables(self) -> dict[str, str]:
        """The variables that the style sheets use: ``state-running``, ``muted``, ``log-9`` …"""
        states = {f"state-{name.replace('_', '-')}": colour for name, colour in self.states.items()}
        log = {f"log-{number}": self.log[name] for number, name in enumerate(LOG)}
        return {**states, **log, **_chrome(self.base), "bar": self._bar, **self._grounds}

    @property
    def _grounds(self) -> dict[str, str]:
        """The grounds under lines that came and went: faint, so that what stands on them stays readable."""
        ground = Color.parse(self.base["background"])
        return {
            name: ground.blend(Color.parse(self.states[state]), 0.14).hex6
            for name, state in (("diff-added", "complete"), ("diff-removed", "failed"))
        }

    @property
    def _bar(self) -> str:
        """The filled part of a progress bar: a whole block of the state's own colour would be too loud."""
        return Color.parse(self.base["background"]).blend(Color.parse(self.states["running"]), 0.6).hex6

    def for_textual(self) -> TextualTheme:
        """The same theme in the form that ``App.register_theme`` takes."""
        return TextualTheme(
            name=self.name,
            dark=self.dark,
            primary=self.base["accent"],
            accent=self.base["accent"],
            warning=self.states["asking"],
            error=self.states["failed"],
            success=self.states["complete"],
            foreground=self.base["foreground"],
            background=self.base["background"],
            surface=self.base["surface"],
            panel=self.base["panel"],
            boost=self.base["panel"],
            variables=self.variables(),
        )


@dataclass(frozen=True, slots=True)
class LoadedThemes:
    """What was found: the usable themes by name, and one line for each file that was not."""

    themes: Mapping[str, DashboardTheme]
    problems: tuple[str, ...] = ()


def _chrome(base: Mapping[str, str]) -> dict[str, str]:
    """Names for the parts of Textual that would otherwise tint our greys."""
    return {
        "selection": base["selection"],
        "muted": base["muted"],
        "rule": base["rule"],
        "text-muted": base["muted"],
        "block-cursor-background": base["selection"],
        "block-cursor-foreground": base["foreground"],
        "block-cursor-text-style": "none",
        "border": base["rule"],
        "border-blurred": base["rule"],
        "scrollbar": base["rule"],
        "scrollbar-hover": base["muted"],
        "scrollbar-active": base["muted"],
        "scrollbar-background": base["background"],
        "scrollbar-background-hover": base["background"],
        "scrollbar-background-active": base["background"],
        "scrollbar-corner-color": base["background"],
        "input-cursor-background": base["foreground"],
        "input-cursor-foreground": base["background"],
        "input-selection-background": base["rule"],
        "screen-selection-background": base["rule"],
        "screen-selection-foreground": base["foreground"],
        "footer-key-foreground": base["accent"],
    }


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1.0 (none) to 21.0, by the definition of WCAG 2.

    Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (part / 255 for part in Color.parse(colour).rgb)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def unreadable(theme: DashboardTheme) -> tuple[str, ...]:
    """The colours of text with less than 4.5:1 contrast on a surface that they are written on."""
    texts = {"foreground": theme.base["foreground"], "muted": theme.base["muted"], **theme.states}
    surfaces = {name: theme.base[name] for name in ("background", "surface", "selection")}
    return tuple(
        f"{text} on {surface}"
        for text, colour in (*texts.items(), ("accent", theme.base["accent"]))
        for surface, ground in surfaces.items()
        if contrast(colour, ground) < _READABLE
    )


def read_theme(text: str) -> DashboardTheme:
    """Read one theme file.

    Raises ThemeError when it is not TOML, a colour is missing, unknown or no colour, or a word is misspelt.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"not TOML: {error}") from None
    if unknown := set(data) - {"name", "dark", *_SECTIONS}:
        raise ThemeError(f"unknown key {min(unknown)!r}; known are name, dark, {', '.join(_SECTIONS)}")
    name, dark = data.get("name"), data.get("dark", True)
    if not isinstance(name, str) or not name.strip():
        raise ThemeError('no name; write name = "…" at the top')
    if not isinstance(dark, bool):
        raise ThemeError("dark is true or false")
    base, states = (_colours(data, section) for section in ("colours", "states"))
    return DashboardTheme(name.strip(), dark, base, states, _log_colours(data, base, states))


def _colours(data: Mapping[str, object], section: str, *, partial: bool = False) -> Mapping[str, str]:
    table, allowed = data.get(section, {}), _SECTIONS[section]
    if not isinstance(table, dict):
        raise ThemeError(f"[{section}] is a table of colours")
    if unknown := set(table) - set(allowed):
        raise ThemeError(f"unknown key {min(unknown)!r} in [{section}]; known are {', '.join(allowed)}")
    if not partial and (missing := [name for name in allowed if name not in table]):
        raise ThemeError(f"[{section}] lacks {', '.join(missing)}")
    return MappingProxyType({key: _colour(section, key, value) for key, value in table.items()})


def _colour(section: str, key: str, value: object) -> str:
    try:
        return Color.parse(value).hex6 if isinstance(value, str) else _refuse(section, key, value)
    except ColorParseError:
        return _refuse(section, key, value)


def _refuse(section: str, key: str, value: object) -> str:
    raise ThemeError(f'{key} in [{section}] is {value!r}; write a colour such as "#5fafff"')


def _log_colours(
    data: Mapping[str, object], base: Mapping[str, str], states: Mapping[str, str]
) -> Mapping[str, str]:
    """The sixteen colours of the log; those left out come from the states that mean about the same."""
    likeness = {"red": "failed", "green": "complete", "yellow": "timed_out", "blue": "running"}
    likeness |= {"magenta": "lost", "cyan": "starting"}
    plain = {name: states[likeness[name]] for name in _PLAIN if name in likeness}
    plain |= {"black": base["muted"], "white": base["foreground"]}
    whole = {**plain, **{f"bright_{name}": colour for name, colour in plain.items()}}
    whole["bright_black"] = base["muted"]
    return MappingProxyType({**whole, **_colours(data, "log", partial=True)})


def shipped_themes() -> Path:
    """The folder of our own themes: beside the code in a wheel, above it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def user_themes(env: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's themes; it need not exist."""
    config = env.get("XDG_CONFIG_HOME") or str(Path(env.get("HOME") or Path.home()) / ".config")
    return Path(config) / "delegate" / "themes"


def load_themes(folders: tuple[Path, ...] | None = None) -> LoadedThemes:
    """Every usable theme of the folders, later folders winning; a bad file is named and the others load."""
    themes: dict[str, DashboardTheme] = {}
    problems: list[str] = []
    for path in _files((shipped_themes(), user_themes()) if folders is None else folders):
        try:
            theme = read_theme(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"theme {path.name} cannot be read: {error}")
        except ThemeError as error:
            problems.append(f"theme {path.name} is left out: {error}")
        else:
            themes[theme.name] = theme
    return LoadedThemes(MappingProxyType(themes), tuple(problems))


def _files(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        try:
            yield from sorted(path for path in folder.iterdir() if path.suffix == ".toml")
        except OSError:
            continue


def variable_defaults() -> dict[str, str]:
    """What ``App.get_theme_variable_defaults`` returns, so that the style sheets hold under any theme."""
    return load_themes((shipped_themes(),)).themes["dark"].variables()
