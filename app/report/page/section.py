"""One part of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.report.tables.table import ReportTable
from app.report.words.cautions import Caution
from app.report.words.conclusions import ArmSentence
from app.report.words.reader_flow import FlowStage

if TYPE_CHECKING:
    from app.report.figures.plot import ReportFigure


@dataclass(frozen=True)
class Section:
    """A part of the report that answers one question, folded behind its title.

    `is_opened` for the one that is read first; `is_detail` for what a terminal leaves out;
    `sentences` are the conclusions in full, where the part is about them; `flow` the boxes of the
    readers' flow.
    """

    name: str
    title: str
    figures: tuple[ReportFigure, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    cautions: tuple[Caution, ...] = ()
    is_opened: bool = False
    is_detail: bool = False
    text: str = ""
    sentences: tuple[ArmSentence, ...] = ()
    flow: tuple[FlowStage, ...] = ()
