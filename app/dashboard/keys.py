"""Textual bindings out of the one table of keys, so that the help can never say something else."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding, BindingType

from app.model.commands import APP, MOVING, TABLE, all_keys, keys_of

MOVES: Mapping[str, str] = {
    "up": "move(-1)",
    "down": "move(1)",
    "page-up": "page(-1)",
    "page-down": "page(1)",
    "first": "first",
    "last": "last",
}
"""The moving keys by id, with the actions that every scrolling pane has for them."""

PRESSED: Mapping[str, str] = {
    key.id: f"press('{key.id}')" for key in all_keys() if key.group != MOVING and key.where in (APP, TABLE)
}
"""The keys that are pressed where nothing is typed or asked; the main screen's one action knows their ids."""


def bindings(actions: Mapping[str, str]) -> list[BindingType]:
    """Bind the keys of these ids to a widget's actions; the ids let users rebind them."""
    return [
        Binding(",".join(keys_of(identity).keys), action, keys_of(identity).help, show=False, id=identity)
        for identity, action in actions.items()
    ]
