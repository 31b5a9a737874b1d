"""This file is where a run stops, or a table stays out: a score that is no number, music that is not here."""

from __future__ import annotations


class NoNumber(Exception):
    """A score is not a number: whatever is computed from it would mean nothing."""


class NotHere(Exception):
    """Music that a table needs is not in the folder of data."""
