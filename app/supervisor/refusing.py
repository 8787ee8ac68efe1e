"""What cannot be done, in one line: every fault of the registry that a person may meet."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from app.registry.files import RegistryBusy
from app.registry.store import DamagedRecord, UnknownTask
from app.registry.transaction import NewerSchema

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class OperationError(Exception):
    """What was asked cannot be done; the message is one line that says why and what to do."""


def in_one_line(operation: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Turn what can go wrong with the registry into the line that people read."""

    @functools.wraps(operation)
    def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        try:
            return operation(*args, **kwargs)
        except (NewerSchema, RegistryBusy) as error:
            raise OperationError(str(error)) from error
        except UnknownTask as error:
            raise OperationError(f"there is no task {error}; delegate status lists them") from error
        except DamagedRecord as error:
            raise OperationError(f"the record of {error} cannot be read") from error
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            raise OperationError(f"not saved: {(error.strerror or str(error)).lower()}{where}") from error

    return told
