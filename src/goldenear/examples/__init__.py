"""The examples that ship with the program: a taste, and candidates to judge by it.

Attributes
----------
TASTE : Path
    A folder with good/, bad/ and taste.toml.
CANDIDATES : Path
    A folder of fragments, some good, some vetoed, some neither.
"""

from pathlib import Path

TASTE = Path(__file__).parent / "taste"
CANDIDATES = Path(__file__).parent / "candidates"
