"""The curator's desk in the browser: documents by open units, names first, unit by unit, audits."""
