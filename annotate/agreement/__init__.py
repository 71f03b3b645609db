"""Agreement statistics: pure functions over plain values, named as published.

A statistic that the data does not define is None: never NaN, 0 or 1.
"""

from annotate.agreement.alpha import Coincidences, interval, krippendorff_alpha, masi, nominal, ordinal, ratio
from annotate.agreement.kappa import cohen_kappa, fleiss_kappa, observed_agreement
from annotate.agreement.matching import F1, character_f1, exact_f1, jaccard, match_claims, matched_f1
from annotate.agreement.unitizing import Unit, unitizing_alpha, unitizing_alpha_of

__all__ = [
    "F1",
    "Coincidences",
    "Unit",
    "character_f1",
    "cohen_kappa",
    "exact_f1",
    "fleiss_kappa",
    "interval",
    "jaccard",
    "krippendorff_alpha",
    "masi",
    "match_claims",
    "matched_f1",
    "nominal",
    "observed_agreement",
    "ordinal",
    "ratio",
    "unitizing_alpha",
    "unitizing_alpha_of",
]
