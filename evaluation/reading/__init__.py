"""Compares in bulk what goldenear reads from a file with what other readers of the same file read."""
