"""All tables by one name, so that nobody meets a half-built metadata."""

from dossier.records.announcements import Announcement
from dossier.records.cases import VOLUME_KINDS, Case, Event, Party, Person, Team, Volume, Waiver
from dossier.records.exports import EXPORT_KINDS, ExportMessage
from dossier.records.figures import CURRENT, FigureCase, FigureRow, FigureStep
from dossier.records.loans import Loan, LoanDocument, LoanSheet, LoanTerm, PaperPlace, Sheet
from dossier.records.notices import CHANNELS, NOTICE_KINDS, Delivery, Notice
from dossier.records.papers import Correction, Dispute, Document, File, FindingRow, Page, Submission
from dossier.records.people import Agreement, SignInTry, Substitution, Token
from dossier.records.reviews import ClosingOpinion, ClosingReview, QualityCheck, QualitySample
from dossier.records.sorting import ReplacedPage, SortAct
from dossier.records.types import Base
from dossier.records.work import Answer, Counter, Job, LedgerEvent, Outbox

__all__ = [
    "CHANNELS", "CURRENT", "EXPORT_KINDS", "NOTICE_KINDS", "VOLUME_KINDS", "Agreement", "Announcement", "Answer", "Base", "Case", "ClosingOpinion", "ClosingReview",
    "Correction", "Counter", "Delivery", "Dispute", "Document", "Event", "ExportMessage", "FigureCase", "FigureRow", "FigureStep", "File", "FindingRow",
    "Job", "LedgerEvent", "Loan", "LoanDocument", "LoanSheet", "LoanTerm", "Notice", "Outbox", "Page", "PaperPlace", "Party", "Person",
    "QualityCheck", "QualitySample", "ReplacedPage", "Sheet", "SignInTry", "SortAct", "Submission", "Substitution", "Team", "Token",
    "Volume", "Waiver",
]  # fmt: skip
