"""A day as a form sends it."""

from datetime import date

from app.domain.document import told
from app.domain.errors import BadInput
from app.domain.said import said


def day_of_form(text: str, what: str) -> date | None:
    """The day that a form names, None where it names none. Raises BadInput, naming `what`."""
    given = text.strip()
    if not given:
        return None
    try:
        if not given.isascii() or len(given) != len("2027-01-31"):
            raise ValueError
        return date.fromisoformat(given)
    except ValueError:
        raise BadInput(
            said("{what} is {given}; write a day such as 2027-01-31.", what=what, given=told(given))
        ) from None
