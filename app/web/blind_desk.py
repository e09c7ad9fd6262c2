"""The reader's desk over the database; main joins it in, and no route imports it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app.bank.store import RenditionStore
from app.db.blind.closing import close_by_date, closing_is_due, ensure_goes_on, hold_open
from app.db.blind.conduct import reading_span
from app.db.blind.designs import closing_day_of, design_at_desk
from app.db.blind.journeys import Journey, journey_of
from app.db.blind.reader_row import reader_row
from app.db.blind.readers import reader_by_number
from app.db.blind.record import head_of
from app.db.blind.tables import Reader
from app.db.engine import Database
from app.domain.blinding import BlindedCase, BlindedDesign, CaseToRead
from app.domain.certificate import TakingPart, taking_part
from app.domain.desk import Admission, Purpose, ReaderDesk
from app.domain.errors import StudyNotOpen
from app.domain.grey_steps import GreySteps
from app.domain.journey import Standing
from app.domain.profile import Profile
from app.domain.reader_message import ReaderMessage
from app.domain.receipt import Receipt
from app.services.admit_reader import (
    Admitted,
    LaysOut,
    admit_by_cookie,
    admit_by_link,
    begin_reading,
    begin_sitting,
    give_consent,
    keep_grey_steps,
    keep_profile,
    link_fingerprint,
)
from app.services.read_case import (
    case_again,
    case_to_correct,
    case_to_read,
    expose_picture,
    picture_to_show,
    reference_to_show,
    standing_of,
)
from app.services.record_rating import continue_reading, record_rating
from app.services.withdraw_reader import may_withdraw, withdraw_reader


class BlindDesk:
    """One transaction of one reader; what it hands out is blinded."""

    def __init__(
        self,
        session: Session,
        admitted: Admitted,
        design: BlindedDesign,
        store: RenditionStore,
        lay_out: LaysOut,
        now: datetime,
        *,
        holds_study: bool,
    ) -> None:
        self._session = session
        self._row = admitted.reader
        self._admitted: Admitted | None = admitted
        self._store = store
        self._lay_out = lay_out
        self._now = now
        self._design = design
        self._journey: Journey | None = None
        self._is_held = holds_study

    @property
    def design(self) -> BlindedDesign:
        """What the reader may know of the study."""
        return self._design

    def ensure_open(self) -> None:
        """Raise StudyNotOpen unless the study takes answers; it then does until the block ends."""
        try:
            if self._is_held:
                ensure_goes_on(self._row)
            else:
                hold_open(self._session, self._row)
                self._is_held = True
        except StudyNotOpen as error:
            _tell_of_certificate(self._session, self._reader(), error)
            raise

    def standing(self) -> Standing:
        """Where the reader stands and what comes next."""
        return standing_of(self._session, self._row, self._way(), now=self._now)

    def agree(self) -> None:
        """Record the reader's consent to the text that was shown. Raises StudyNotOpen."""
        self.ensure_open()
        give_consent(self._session, self._reader(), self._design, now=self._now)
        self._read_again()

    def keep_profile(self, profile: Profile) -> None:
        """Store the reader's experience, once they have agreed. Raises StudyNotOpen."""
        self.ensure_open()
        if self._row.consented_at is not None:
            keep_profile(self._session, self._reader(), profile, now=self._now)
            self._read_again()

    def keep_grey_steps(self, check: GreySteps) -> None:
        """Store what the reader told apart, with the sitting that goes on. Raises StudyNotOpen."""
        self.ensure_open()
        keep_grey_steps(self._session, self._reader(), check, now=self._now)
        self._read_again()

    def begin(self) -> None:
        """Record that the instructions were read. Raises StudyNotOpen, Refused without cases."""
        # Alone: whoever lays out cases locks the study.
        hold_open(self._session, self._row, alone=True)
        if self._row.profiled_at is not None:
            begin_reading(self._session, self._reader(), self._design, self._lay_out, now=self._now)
            self._read_again()

    def may_withdraw(self) -> bool:
        """Whether the reader's own link takes their part back now, as the consent says."""
        return may_withdraw(self._reader(), self._design, now=self._now)

    def withdraw(self) -> None:
        """Take the reader's part back; raises StudyNotOpen, and Refused where it is too late."""
        withdraw_reader(self._session, self._reader(), self._design, now=self._now)

    def certificate(self) -> TakingPart:
        """What the reader may have certified; raises Refused."""
        reader = self._reader()
        return taking_part(
            self._design,
            reading_span(self._session, self._row),
            has_finished=reader.finished_at is not None,
            has_withdrawn=reader.has_left,
            study_is_closed=self._row.study_status == "closed",
            record_head=self.record_head(),
        )

    def go_on(self, seen: str, phase: int) -> None:
        """Leave a break, a practice case's feedback or a phase's introduction that was seen."""
        continue_reading(
            self._session, self._reader(), self._way(), seen=seen, phase=phase, now=self._now
        )
        self._read_again()

    def case(self) -> CaseToRead:
        """The case that is due; raises NotFound where none is."""
        return case_to_read(self._session, self._row, self._design, self._way(), now=self._now)

    def record_head(self) -> str:
        """The head of the study's record as it is now."""
        return head_of(self._session, self._row.study_id)

    def message(self) -> str:
        """What the investigator tells the readers now; empty for nothing."""
        row = self._row
        if row.message is None or row.study_status != "open":
            return ""
        message = ReaderMessage(row.message, row.message_until)
        return message.text if message.shows(self._now) else ""

    def last_case(self) -> CaseToRead:
        """The case rated last, to be corrected; raises TooLateToCorrect."""
        return case_to_correct(self._session, self._row, self._design, self._way(), now=self._now)

    def case_again(self, token: str, *, is_correction: bool) -> BlindedCase:
        """The case of a form that is sent back; raises NotFound for another reader's."""
        return case_again(
            self._session,
            self._row,
            self._design,
            self._way(),
            token,
            is_correction=is_correction,
        )

    def rate(
        self,
        token: str,
        submission: str,
        form: Mapping[str, str],
        go_on: Callable[[], None] | None = None,
    ) -> Receipt:
        """Store a form's answers and acknowledge them; raises what `record_rating` does.

        `go_on` may ask this desk what is due then, in the same transaction, which ends with it.
        """

        def serve(journey: Journey) -> None:
            self._journey = journey
            if go_on is not None:
                go_on()

        journey = self._way()
        # Known once: afterwards another sitting may have begun.
        last_sitting = self._admitted.last_sitting if self._admitted else None
        self._admitted = None
        return record_rating(
            self._session,
            self._row,
            self._design,
            journey,
            token=token,
            submission=submission,
            form=form,
            now=self._now,
            ensure_open=self.ensure_open,
            go_on=serve,
            last_sitting=last_sitting,
        )

    def picture(self, token: str, slot: int) -> bytes | None:
        """A picture as PNG; None for a timed one. Raises NotFound."""
        sha256 = picture_to_show(self._session, self._row, self._design, self._way(), token, slot)
        return None if sha256 is None else self._store.read(sha256)

    def reference(self, phase: int) -> bytes:
        """The picture that a phase's cases are compared with, as PNG; raises NotFound."""
        return self._store.read(
            reference_to_show(self._session, self._row, self._design, self._way(), phase)
        )

    def timed_picture(self, token: str, slot: int) -> bytes:
        """A timed picture as PNG, once; raises NotFound and ShownAlready."""
        return self._store.read(
            expose_picture(
                self._session, self._row, self._design, self._way(), token, slot, now=self._now
            )
        )

    def _reader(self) -> Reader:
        """The reader as an object that can be changed, for what happens once."""
        return reader_by_number(self._session, self._row.id)

    def _read_again(self) -> None:
        """Know what was changed."""
        self._session.flush()
        self._row = reader_row(self._session, self._row.id) or self._row
        self._journey = self._admitted = None

    def _way(self) -> Journey:
        """Where the reader stands; read once, and again after what changes it."""
        if self._journey is None:
            way = self._admitted.way if self._admitted else None
            self._journey = journey_of(self._session, self._row, self._design, way)
        return self._journey


class BlindDesks:
    """The desks of one installation; `lay_out` knows arms and is handed in from outside."""

    def __init__(
        self,
        database: Database,
        store: RenditionStore,
        lay_out: LaysOut,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._store = store
        self._lay_out = lay_out
        self._clock = clock

    def admit(self, link_token: str) -> Admission:
        """The reader behind a personal link, with a new sitting begun.

        Raises LinkRefused, and StudyNotOpen once the study is closed.
        """
        with self._database.writing() as session:
            reader = admit_by_link(session, link_token)
            now, study_id = self._clock(), reader.study_id
            if not closing_is_due(reader.study.status, closing_day_of(reader.study), now):
                return _admitted(session, reader, now)
        self._close(study_id, now)
        with self._database.writing() as session:
            return _admitted(session, admit_by_link(session, link_token), now)

    @contextmanager
    def at(self, reader_id: int, fingerprint: str, purpose: Purpose) -> Iterator[ReaderDesk]:
        """The desk of the reader behind a cookie, committed when the block ends; LinkRefused."""
        with self._transaction(purpose) as session:
            admitted = admit_by_cookie(session, reader_id, fingerprint, purpose)
            reader = admitted.reader
            design = design_at_desk(session, reader)
            # The time after the wait for the reader's turn: what waited past the last day is late.
            now, study_id = self._clock(), reader.study_id
            last_day = reader.moved_last_day or design.closes_on
            if not closing_is_due(reader.study_status, last_day, now):
                yield self._desk(session, admitted, design.blinded, now, purpose)
                return
        self._close(study_id, now)
        with self._transaction(purpose) as session:
            admitted = admit_by_cookie(session, reader_id, fingerprint, purpose)
            design = design_at_desk(session, admitted.reader)
            yield self._desk(session, admitted, design.blinded, now, purpose)

    def _desk(
        self,
        session: Session,
        admitted: Admitted,
        design: BlindedDesign,
        now: datetime,
        purpose: Purpose,
    ) -> BlindDesk:
        return BlindDesk(
            session,
            admitted,
            design,
            self._store,
            self._lay_out,
            now,
            holds_study=purpose == "answer",
        )

    def _close(self, study_id: int, now: datetime) -> None:
        # In a transaction of its own: what the reader then tries is refused and rolled back.
        with self._database.writing() as session:
            close_by_date(session, study_id, now)

    def _transaction(self, purpose: Purpose) -> AbstractContextManager[Session]:
        return self._database.reading() if purpose == "look" else self._database.writing()


def _admitted(session: Session, reader: Reader, now: datetime) -> Admission:
    try:
        begin_sitting(session, reader, now=now)
    except StudyNotOpen as error:
        error.reader_id = reader.id
        _tell_of_certificate(session, reader, error)
        raise
    return Admission(reader.id, link_fingerprint(reader))


def _tell_of_certificate(session: Session, reader: Reader, error: StudyNotOpen) -> None:
    """Let whoever read in a study that is closed come to their certificate."""
    has_read = not reader.has_left and reading_span(session, reader).cases > 0
    if reader.study.status == "closed" and has_read:
        error.took_part = link_fingerprint(reader)
