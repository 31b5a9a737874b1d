"""This file is where pitches get names: the key of a score, letters and alterations, and the signs they need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from goldenear.notes.formats.parsed import ParsedTrack

_NATURALS = "FCGDAEB"
"""The line of fifths, from -1 (F) to 5 (B); each seven fifths further up is a sharp."""

_FIRSTS = range(-8, 2)
"""Where twelve neighbours may begin: from F flat to B sharp, nothing is spelled with a double accidental."""

_LOWEST_C = 12
"""C0; no B sharp stands below it."""

_KEYS = sorted(range(-6, 7), key=lambda fifths: (abs(fifths), -fifths))

_SIGNS = {-1: "flat", 0: "natural", 1: "sharp"}


def key_of(tracks: Iterable[ParsedTrack]) -> int:
    """Return the key signature, sharps counted up and flats down, that leaves the fewest notes outside its scale.

    Of several, that with the fewest signs; of two, the one with sharps.
    """
    count = [0] * 12
    for track in tracks:
        for pitch in track.pitch:
            count[pitch % 12] += 1

    def inside(fifths: int) -> int:
        return sum(count[fifth * 7 % 12] for fifth in range(fifths - 1, fifths + 6))

    return max(_KEYS, key=inside)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How pitches are named under a key signature.

    Parameters
    ----------
    key : int
        Sharps, or flats counted below 0.
    by_class : sequence of (str, int)
        Letter and alteration of each of the twelve pitch classes from C on.
    """

    key: int
    by_class: Sequence[tuple[str, int]]

    @classmethod
    def of(cls, track: ParsedTrack, key: int) -> Spelling:
        """Return the spelling of a track.

        Twelve neighbours on the line of fifths spell all pitches; of the choices that spell the scale of
        the key as its signature does, the one is taken under which the notes, by duration, lie closest
        together.
        """
        weight = [0] * 12
        for pitch, duration in zip(track.pitch, track.duration, strict=True):
            weight[pitch % 12] += duration

        def spread(first: int) -> Fraction:
            fifths = {fifth: weight[fifth * 7 % 12] for fifth in range(first, first + 12)}
            total = sum(weight) or 1
            mean = Fraction(sum(fifth * w for fifth, w in fifths.items()), total)
            return sum(((fifth - mean) ** 2 * w for fifth, w in fifths.items()), Fraction(0))

        # Where nothing decides, in C from E flat to G sharp, the choice of keyboard tuners.
        choices = [key + lowest for lowest in (-3, -2, -4, -1, -5, -6)]
        first = min((f for f in choices if f in _FIRSTS), key=spread)
        fifths = {fifth * 7 % 12: fifth for fifth in range(first, first + 12)}
        return cls(key, tuple(_name(fifths[pitch_class]) for pitch_class in range(12)))

    def __getitem__(self, pitch: int) -> tuple[str, int, int]:
        """Return the letter, alteration and octave of a pitch."""
        step, alter = ("C", 0) if pitch == _LOWEST_C else self.by_class[pitch % 12]
        return step, alter, (pitch - alter) // 12 - 1

    def signs(self, pitches: Iterable[int]) -> list[str]:
        """Return the accidental that each note of a bar needs, none as an empty string.

        Parameters
        ----------
        pitches : iterable of int
            Those struck in one bar, in the order of time; what is tied from before needs no sign.
        """
        in_force: dict[tuple[str, int], int] = {}
        by_signature = dict(_name(fifth) for fifth in range(self.key - 1, self.key + 6))
        signs = []
        for pitch in pitches:
            step, alter, octave = self[pitch]
            is_said = in_force.get((step, octave), by_signature[step]) == alter
            in_force[step, octave] = alter
            signs.append("" if is_said else _SIGNS[alter])
        return signs


def _name(fifth: int) -> tuple[str, int]:
    """Return letter and alteration of a place on the line of fifths, C being 0."""
    alter, letter = divmod(fifth + 1, 7)
    return _NATURALS[letter], alter
