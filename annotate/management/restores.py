"""What a command says of a restore."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from annotate.actions.restoring import Outcome

KINDS = ("documents", "layers", "claims")


def report(command: BaseCommand, outcome: Outcome, *, dry_run: bool) -> int:
    """Print what a restore made and found; return the number of differences."""
    for difference in outcome.differences:
        command.stderr.write(str(difference))
    if (more := outcome.n_differences - len(outcome.differences)) > 0:
        command.stderr.write(f"… and {more} more differences.")
    for note in outcome.notes:
        command.stdout.write(note)
    if outcome.accounts:
        names = ", ".join(outcome.accounts)
        command.stdout.write(f"Accounts made, inactive and without a password: {names}.")
    made = ", ".join(f"{outcome.made[kind]} {kind}" for kind in KINDS)
    there = ", ".join(f"{outcome.present[kind]} {kind}" for kind in KINDS)
    would = "would be " if dry_run else ""
    command.stdout.write(f"{would}restored: {made}; there already: {there}; {outcome.n_differences} differences.")
    return outcome.n_differences
