"""The JSON API for a study under way: the message to its readers, and its last day."""

from fastapi import Request, Response

from app.domain.access import Right
from app.domain.reader_message import ReaderMessage
from app.services.message_readers import show_message, take_message_back
from app.services.move_last_day import move_last_day
from app.services.study_progress import study_overview
from app.web.api_access import caller_at_desk
from app.web.api_forms import (
    LastDayForm,
    MessageForm,
    MovedForm,
    NewMessageForm,
    error_answers,
)
from app.web.api_router import api_router

router = api_router()


@router.get("/studies/{slug}/message")
def message(request: Request, slug: str) -> MessageForm:
    """What all readers of an open study are told, if anything."""
    with caller_at_desk(request, right=Right.INVITE) as desk:
        told = study_overview(desk.session, slug).message
        return _form_of(told, is_shown=told is not None and told.shows(desk.now))


@router.put("/studies/{slug}/message", responses=error_answers(409, 413))
def tell_readers(request: Request, slug: str, new: NewMessageForm) -> MessageForm:
    """Show all readers of an open study a message, in place of the one before; recorded."""
    with caller_at_desk(request, right=Right.INVITE, writes=True) as desk:
        told = show_message(
            desk.session, slug, new.text, until=new.until, now=desk.now, actor=desk.actor
        )
    return _form_of(told, is_shown=True)


@router.delete("/studies/{slug}/message", status_code=204, responses=error_answers(409))
def take_back(request: Request, slug: str) -> Response:
    """Show the message no more; recorded."""
    with caller_at_desk(request, right=Right.INVITE, writes=True) as desk:
        take_message_back(desk.session, slug, now=desk.now, actor=desk.actor)
    return Response(status_code=204)


@router.put("/studies/{slug}/last-day", responses=error_answers(409, 413))
def move(request: Request, slug: str, new: LastDayForm) -> MovedForm:
    """Move the last day of reading of an open study; its frozen design stays, and it is recorded.

    After that day, in UTC, the study closes by itself.
    """
    with caller_at_desk(request, right=Right.OPEN_AND_CLOSE, writes=True) as desk:
        moved = move_last_day(
            desk.session, slug, new.day, reason=new.reason, now=desk.now, actor=desk.actor
        )
    return MovedForm(before=moved.before, after=moved.after)


def _form_of(told: ReaderMessage | None, *, is_shown: bool) -> MessageForm:
    text, until = (None, None) if told is None else (told.text, told.until)
    return MessageForm(text=text, until=until, is_shown=is_shown)
