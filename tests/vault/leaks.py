"""Whether a secret stands anywhere in what would be printed, logged or reported of an object."""

from collections.abc import Iterable


def chain(error: BaseException | None) -> Iterable[BaseException]:
    """The error, and whatever it was raised from or during, hidden or not."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def told(found: object) -> str:
    """What an object tells of itself; of an error, all that its chain carries along."""
    if isinstance(found, BaseException):
        return "\n".join(
            f"{each!s} {each!r} {each.args!r} {vars(each)!r} {getattr(each, 'doc', '')!r} "
            f"{getattr(each, 'object', '')!r}"
            for each in chain(found)
        )
    return f"{found!s} {found!r}"
