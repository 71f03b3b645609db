"""Releases: asked for, made by the task worker, and withdrawn where a document in one must not be kept."""

from annotate.actions.releases.making import create_release, make_release, unfinished_releases
from annotate.actions.releases.places import Progress, file_of, folder_of, progress_of, remove_leftovers
from annotate.actions.releases.withdrawing import holding, withdraw_releases

__all__ = [
    "Progress",
    "create_release",
    "file_of",
    "folder_of",
    "holding",
    "make_release",
    "progress_of",
    "remove_leftovers",
    "unfinished_releases",
    "withdraw_releases",
]
