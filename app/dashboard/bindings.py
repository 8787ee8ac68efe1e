"""Textual bindings out of the one table of keys, so that the help can never say something else."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from app.model.commands import APP, MOVING, TABLE, all_keys, keys_of


def screen_bindings() -> list[BindingType]:
    """The keys that work everywhere outside the input bar, and those of the table that are not for moving.

    Each calls ``action_press`` with its id, which is also the id under which it can be rebound.
    """
    wanted = [key for key in all_keys() if key.where in (APP, TABLE) and key.group != MOVING]
    return [
        Binding(",".join(key.keys), f"press('{key.id}')", key.help, show=False, id=key.id)
        for key in (*wanted, keys_of("back"))
    ]
