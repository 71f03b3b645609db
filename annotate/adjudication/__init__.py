"""Adjudication of readings: units, fields and what settles itself; pure functions over claims as plain dicts."""
