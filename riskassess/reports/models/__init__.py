"""The rows of reports, one file a noun."""

from riskassess.reports.models.batches import ReportBatch
from riskassess.reports.models.blank import BlankForm
from riskassess.reports.models.building import Building, Proved, State
from riskassess.reports.models.formers import FormerCopy
from riskassess.reports.models.letterheads import Letterhead
from riskassess.reports.models.packages import Addressee, FlagPackage
from riskassess.reports.models.periods import PeriodKind, PeriodReport
from riskassess.reports.models.reports import OF_DECISION, REPEATED, Kind, Report

__all__ = [
    "OF_DECISION", "REPEATED", "Addressee", "BlankForm", "Building", "FlagPackage", "FormerCopy", "Kind",
    "Letterhead", "PeriodKind", "PeriodReport", "Proved", "Report", "ReportBatch", "State",
]  # fmt: skip
