"""Agreement between annotators: from first submissions to figures."""

from annotate.reports.agreement.asked import NAMES, Asked
from annotate.reports.agreement.report import Report, agreement_report

__all__ = ["NAMES", "Asked", "Report", "agreement_report"]
