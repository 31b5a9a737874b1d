"""This file is where a run stops, or a table stays out: answers that differ, and what is not to be had here."""

from __future__ import annotations


class AnswersDiffer(Exception):
    """Two sides were asked the same and answered differently: their times must not be compared."""


class NotHere(Exception):
    """Something that a table needs is not on this machine, or not in this version."""
