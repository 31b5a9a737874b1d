"""This file is where a calibration stands: what chance does with a taste's samples, and what that makes of X."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import array_of, number
from goldenear.errors import InvalidTaste, UnreadableFile
from goldenear.files import text_of
from goldenear.match.recipe import Recipe
from goldenear.notes.atomic import write_bytes_atomically
from goldenear.notes.note_array import NoteArray, must_be_notes, must_sound
from goldenear.notes.sealed import sealed_json, unsealed_json
from goldenear.taste.audit import Audit, made_again
from goldenear.taste.chance import Tail, Tails, at_large
from goldenear.taste.manner import MANNERS, format_far
from goldenear.taste.solo import Solo, thresholds_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CALIBRATION_FILE = "calibration.json"

MOST_AT_LARGE = 2.0
"""More than X's likeness to any samples at large."""

SPARSEST = 1 / 16
"""Notes a quarter: fewer count as so many."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What chance does with a taste's samples.

    Attributes
    ----------
    rate : float
        The share of unrelated fragments, 0..1, that may resemble any sample at all: false alarms per library.
    quarters : float or None
        How long a fragment is for which the threshold keeps this rate; None where music is compared as a whole.
    background : str
        Which unrelated music it was.
    pieces : int
        How many pieces of it.
    made_for : str
        A digest of the samples and the recipe.
    group : int array, shape (n,), or None
        Which samples, good before bad, are kin: X's likeness to the groups at large is what a similarity is taken
        against. None where similarities are taken as they are.
    solos : float array, shape (n + parts, 2), or None
        Level and floor of each sample, good before bad, and then of each part of one, by the background
        (:class:`goldenear.taste.solo.Solo`). None where all share a threshold.
    least : float
        The least threshold: where the background has nothing at all like the samples, chance sets none.
    by_density : float array, shape (k, 2)
        How much nearer dense music comes to everything: notes a quarter, rising, and what is added for them to the
        strength from which X resembles a sample. Of no rows where music is compared as a whole.
    tails : Tails
        Of the greatest strength among all samples, less what its density adds, for unrelated fragments of several
        lengths.
    manner : float array, shape (5, 2)
        Between which values nearly all of the background lies (:mod:`goldenear.taste.manner`).
    audit : Audit
        What the samples say of each other.
    """

    rate: float
    quarters: float | None
    background: str
    pieces: int
    made_for: str
    group: NDArray[np.int64] | None
    solos: NDArray[np.float64] | None
    least: float
    by_density: NDArray[np.float64]
    tails: Tails
    manner: NDArray[np.float64]
    audit: Audit

    def at_large(self, similarity: NDArray[np.float64]) -> float:
        """Return what X's similarities, shape (n,), are taken against; 1 where they count as they are."""
        n = None if self.group is None else len(self.group)
        similarity = array_of("similarity", similarity, "iuf", n)
        return 1.0 if self.group is None else float(at_large(similarity[None, :], self.group)[0])

    @property
    def strength(self) -> float:
        """The strength from which X resembles a sample, if nothing is added for its density."""
        return self.tails.value_at(self.rate, self.quarters)

    def shift(self, density: float) -> float:
        """Return what is added to the strength from which X resembles a sample, for its notes a quarter."""
        number("density", density, 0, inf)
        return float(shift_at(np.array(density), self.by_density))

    def threshold(self, at_large: float = 1.0, shift: float = 0.0) -> float:
        """Return the similarity from which X resembles a sample, where all share it; infinite where none does.

        Parameters
        ----------
        at_large : float
            X's likeness to the samples at large, above 0.
        shift : float
            What :meth:`shift` gives for X.
        """
        number("at_large", at_large, 0, MOST_AT_LARGE, above=True)
        number("shift", shift, -inf, inf)
        found = (self.strength + shift) * at_large
        if self.group is None and found >= 1:
            # Chance does as well as a copy.
            return inf
        return float(np.clip(found, self.least, 1.0))

    @property
    def counts_from(self) -> NDArray[np.float64]:
        """The similarity from which X resembles each sample, good before bad; infinite where it has no say.

        It is that of an X for whose density nothing is added. Where music is compared as a whole, it is that of an X
        whose likeness to the samples at large is 1.
        """
        n = len(self.audit.told)
        if self.solos is None:
            return np.full(n, self.threshold())
        return thresholds_of(self.solos[:n], self.strength, self.least)

    @property
    def plain(self) -> NDArray[np.bool_]:
        """Which samples, good before bad, a twentieth of the background has."""
        n = len(self.audit.told)
        solos = [] if self.solos is None else self.solos[:n].tolist()
        return np.array([Solo(*solo).says_nothing for solo in solos] or [False] * n, np.bool_)

    def p_value(self, strength: float, quarters: float) -> float:
        """Return how often unrelated music of X's length comes so near to any of the samples, 0..1.

        It pays for every transposition, shift and alteration that was tried, and for every sample.
        """
        number("strength", strength, -inf, inf)
        number("quarters", quarters, 0, inf)
        return self.tails.p_value(strength, quarters)

    def far(self, x: NoteArray) -> str:
        """Return in what respect X lies far from the background, which promises nothing then; empty if in none.

        Raises
        ------
        NoNotes
            If nothing sounds in X.
        """
        must_be_notes("x", x)
        must_sound(x)
        return format_far(x, self.manner)

    def plot(self) -> Figure:
        """Draw how often chance comes how near, what the samples say of each other, and what fewer of them would.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed (extra ``plot``).
        """
        from goldenear.taste.plot_calibration import plot_calibration

        return plot_calibration(self)

    def __repr__(self) -> str:
        return f"<Calibration: {self.rate:g} false alarms a library, by {self.pieces} pieces of {self.background}>"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {
            "rate": self.rate,
            "quarters": self.quarters,
            "strength": round(self.strength, 6),
            "background": self.background,
            "pieces": self.pieces,
            "made_for": self.made_for,
            "group": None if self.group is None else self.group.tolist(),
            "solos": None if self.solos is None else np.round(self.solos, 6).tolist(),
            "least": self.least,
            "by_density": np.round(self.by_density, 6).tolist(),
            "trust": self.tails.trust,
            "tails": [
                {"quarters": length, "values": np.round(tail.values, 6).tolist()}
                for length, tail in self.tails.of.items()
            ],
            "manner": np.round(self.manner, 6).tolist(),
            "audit": self.audit.as_dict(),
        }

    @classmethod
    def from_dict(cls, table: dict[str, Any]) -> Calibration:
        """Make it again from plain values.

        Raises
        ------
        InvalidInput
            If they are none of a calibration.
        """
        return made_again(cls._from_plain, table)

    @classmethod
    def _from_plain(cls, table: dict[str, Any]) -> Calibration:
        """Make it again from plain values; what Python raises where they are none of a calibration passes."""
        group = None if table["group"] is None else np.array(table["group"], np.int64)
        solos = None if table["solos"] is None else np.array(table["solos"], np.float64)
        reach = reach_of(group, solos)
        audit = Audit.from_dict(table["audit"])
        numbers = {name: float(table[name]) for name in ("rate", "trust", "least")}
        if not all(0 < number <= 1 for number in numbers.values()):
            raise ValueError(f"expected numbers above 0, up to 1, got {numbers}")
        if solos is not None and (solos.shape[1:] != (2,) or len(solos) < len(audit.told)):
            raise ValueError("solos: expected two numbers a sample")
        if group is not None and (group.shape != (len(audit.told),) or group.min() < 0):
            raise ValueError("group: expected one a sample")
        by_density = np.array(table["by_density"], np.float64)
        by_density = by_density.reshape(0, 2) if by_density.size == 0 else by_density
        if by_density.ndim != 2 or by_density.shape[1] != 2 or not np.isfinite(by_density).all():
            raise ValueError("by_density: expected rows of two numbers")
        if not (by_density[:, 0] >= 0).all() or not (np.diff(by_density[:, 0]) > 0).all():
            raise ValueError("by_density: expected notes a quarter, rising")
        manner = np.array(table["manner"], np.float64)
        if manner.shape != (len(MANNERS), 2):
            raise ValueError(f"manner: expected {len(MANNERS)} ranges")
        lengths = [tail["quarters"] for tail in table["tails"]]
        if not lengths or not all(length is None or length > 0 for length in lengths):
            raise ValueError("tails: expected some, each of a length above 0")
        return cls(
            rate=numbers["rate"],
            quarters=None if table["quarters"] is None else float(table["quarters"]),
            background=str(table["background"]),
            pieces=int(table["pieces"]),
            made_for=str(table["made_for"]),
            group=group,
            solos=solos,
            least=numbers["least"],
            by_density=by_density,
            tails=Tails(
                {
                    None if tail["quarters"] is None else float(tail["quarters"]): Tail.of(
                        tail["values"], reach=reach
                    )
                    for tail in table["tails"]
                },
                numbers["trust"],
            ),
            manner=manner,
            audit=audit,
        )


def shift_at(density: NDArray[np.float64], by_density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what is added to a strength for each density, in notes a quarter: a line between the logs of two."""
    if not len(by_density):
        return np.zeros(density.shape)
    logs = np.log(np.maximum(by_density[:, 0], SPARSEST))
    found: NDArray[np.float64] = np.interp(np.log(np.maximum(density, SPARSEST)), logs, by_density[:, 1])
    return found


def reach_of(group: NDArray[np.int64] | None, solos: NDArray[np.float64] | None) -> float:
    """Return the greatest strength there can be: of plain similarities 1."""
    return 1.0 if group is None and solos is None else np.inf


def digest_of(samples: Iterable[NoteArray], recipe: Recipe, *, by_sample: bool = True) -> str:
    """Return a text that differs whenever a sample's notes or name do, or how likeness is counted."""
    digest = hashlib.sha256(f"{recipe!r} {by_sample}".encode())
    for sample in samples:
        digest.update(f"\n{sample.name} {sample.ticks_per_quarter} {sample.steps_per_octave}".encode())
        for column in (sample.pitch, sample.onset, sample.offset, sample.brightness, sample.is_drum):
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:32]


def write_calibration(folder: Path, calibration: Calibration) -> Path:
    """Write calibration.json into a taste's folder, in the place of an older one.

    Raises
    ------
    InvalidTaste
        If it cannot be written.
    """
    path = folder / CALIBRATION_FILE
    try:
        write_bytes_atomically(path, sealed_json(calibration.as_dict()) + b"\n")
    except OSError as error:
        raise InvalidTaste(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


def read_calibration(folder: Path) -> Calibration | None:
    """Read a taste's calibration.json; None where there is none.

    Raises
    ------
    InvalidTaste
        If it is damaged.
    """
    path = folder / CALIBRATION_FILE
    try:
        written = text_of(path)
        return None if written is None else Calibration.from_dict(unsealed_json(written))
    except UnreadableFile as error:
        raise InvalidTaste(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise InvalidTaste(f"{path}: cannot be read ({type(error).__name__}: {error})") from None
