"""Agreement between annotators: from first submissions to figures."""

from annotate.reports.agreement.asked import NAMES, Asked
from annotate.reports.agreement.report import Report, agreement_report
from annotate.reports.agreement.shapes import as_csv, as_dict

__all__ = ["NAMES", "Asked", "Report", "agreement_report", "as_csv", "as_dict"]
