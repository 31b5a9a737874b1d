"""Compiled loops that lay samples on X: one layout of samples, one of X, one pair at a time."""
