"""Errors: one line that names the place, and an exit status."""

import pytest

from contrechamp.base import errors


def test_an_input_error_names_the_place_first() -> None:
    error = errors.InputError("expected degrees", where="survey.csv:3: heading_deg")
    assert str(error) == "survey.csv:3: heading_deg: expected degrees"
    assert error.where == "survey.csv:3: heading_deg"


def test_a_place_may_be_missing() -> None:
    assert str(errors.InputError("no cameras")) == "no cameras"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InputError, 2),
        (errors.UsageError, 2),
        (errors.OutputError, 2),
        (errors.CheckFailedError, 1),
    ],
)
def test_only_a_failed_check_ends_with_status_1(
    kind: type[errors.ContrechampError], status: int
) -> None:
    assert kind("message").exit_status == status
    assert issubclass(kind, errors.ContrechampError)
