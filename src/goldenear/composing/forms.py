"""This file is where the forms of whole pieces stand: in which lengths they come, and the plan for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from goldenear.arguments import shown, whole_number
from goldenear.composing.plan import MOST_BARS, Plan, Section
from goldenear.errors import InvalidInput
from goldenear.notes.alteration import Alteration


@dataclass(frozen=True, slots=True)
class Form:
    """A form, which makes plans of different lengths.

    Attributes
    ----------
    name : str
        Such as ``"AABA"``.
    said : str
        What follows what.
    least : int
        The fewest bars.
    multiples : tuple of int
        The number of bars is a multiple of one of these.
    sections : callable
        Gives the sections for a number of bars that fits.
    """

    name: str
    said: str
    least: int
    multiples: tuple[int, ...]
    sections: Callable[[int], tuple[Section, ...]]

    def plan(self, bars: int) -> Plan:
        """Return the plan of so many bars.

        Raises
        ------
        InvalidInput
            If the form does not come in that length; the message says which lengths would do.

        Examples
        --------
        >>> [(section.name, section.bar) for section in FORMS["AABA"].plan(16).sections]
        [('A', 1), ('A2', 5), ('B', 9), ('A3', 13)]
        """
        whole_number("bars", bars, 1, MOST_BARS)
        if bars < self.least or all(bars % multiple for multiple in self.multiples):
            near = [
                n
                for n in range(self.least, MOST_BARS + 1)
                if any(n % multiple == 0 for multiple in self.multiples)
            ]
            near = sorted(sorted(near, key=lambda n: abs(n - bars))[:2])
            every = " or ".join(str(multiple) for multiple in self.multiples)
            raise InvalidInput(
                f"bars: {self.name} comes in multiples of {every} bars, from {self.least} on, got {bars}; "
                f"{near[0]} or {near[1]} would do"
            )
        return Plan(self.name, self.sections(bars))


def _period(bars: int) -> tuple[Section, ...]:
    half = bars // 2
    return (
        Section("a", 1, half, cadence="half"),
        Section("a'", half + 1, half, "a", "exact", cadence="full"),
    )


def _sentence(bars: int) -> tuple[Section, ...]:
    idea = bars // 4
    return (
        Section("idea", 1, idea),
        Section("repetition", idea + 1, idea, "idea", "exact", up=2),
        Section("continuation", 2 * idea + 1, idea),
        Section("cadence", 3 * idea + 1, idea, cadence="full"),
    )


def _aaba(bars: int) -> tuple[Section, ...]:
    part = bars // 4
    return (
        Section("A", 1, part, cadence="half"),
        Section("A2", part + 1, part, "A", "exact", cadence="full"),
        Section("B", 2 * part + 1, part, cadence="half"),
        Section("A3", 3 * part + 1, part, "A", "exact", cadence="full"),
    )


def _rondo(bars: int) -> tuple[Section, ...]:
    refrain, episode = (bars // 5, bars // 5) if bars % 5 == 0 else (bars // 4, bars // 8)
    second, third = refrain + episode + 1, 2 * (refrain + episode) + 1
    return (
        Section("A", 1, refrain, cadence="full"),
        Section("B", refrain + 1, episode, cadence="half"),
        Section("A2", second, refrain, "A", "exact", cadence="full"),
        Section("C", second + refrain, episode, cadence="half"),
        Section("A3", third, refrain, "A", "exact", cadence="full"),
    )


def _variations(bars: int) -> tuple[Section, ...]:
    theme, half = bars // 4, bars // 8
    inverted, diminished = Alteration(form="inversion"), Alteration(Fraction(1, 2))
    # In another mode most changes are by one step, which this reading hears as near.
    mode = Alteration(reading="neighbour")
    return (
        Section("theme", 1, theme, cadence="full"),
        Section("ornamented", theme + 1, theme, "theme", "ornamented", cadence="full"),
        Section("inverted", 2 * theme + 1, half, "theme", "exact", inverted, cadence="half"),
        Section("other mode", 2 * theme + half + 1, theme, "theme", "other mode", mode, cadence="half"),
        Section("diminished", 3 * theme + half + 1, half, "theme", "exact", diminished, cadence="full"),
    )


def _imitation(bars: int) -> tuple[Section, ...]:
    unit = bars // 8
    upper, lower = (0,), (-1,)
    return (
        Section("subject", 1, unit, voices=upper),
        Section("answer", unit + 1, unit, "subject", "exact", up=-12, voices=lower),
        Section("counter", unit + 1, unit, voices=upper),
        Section("counter below", 2 * unit + 1, unit, "counter", "exact", up=-12, voices=lower),
        Section("against it", 2 * unit + 1, unit, voices=upper),
        Section("episode", 3 * unit + 1, 2 * unit, cadence="half"),
        Section("subject again", 5 * unit + 1, unit, "subject", "exact", up=7, voices=upper),
        Section("below it", 5 * unit + 1, unit, voices=lower),
        Section("close", 6 * unit + 1, 2 * unit, cadence="full"),
    )


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form("period", "an antecedent that asks, a consequent that answers", 4, (2,), _period),
            Form("sentence", "an idea, the same a step up, continuation, cadence", 8, (4,), _sentence),
            Form("AABA", "a tune twice, a bridge, the tune", 8, (4,), _aaba),
            Form("rondo", "ABACA: a refrain, and two episodes, half as long or as long", 16, (8, 5), _rondo),
            Form(
                "variations",
                "a theme, ornamented, inverted, in another mode, diminished",
                16,
                (8,),
                _variations,
            ),
            Form("imitation", "a subject that a second voice takes up, then free", 16, (8,), _imitation),
        )
    }
)
"""The forms by their names."""


def plan_of(form: str | Plan, bars: int | None) -> Plan:
    """Return the plan of a form in so many bars, 64 where nothing is said; a plan stays as it is.

    Raises
    ------
    InvalidInput
        If there is no such form, it does not come in that length, or a plan has another.
    """
    if isinstance(form, Plan):
        if bars is not None:
            whole_number("bars", bars, 1, MOST_BARS)
        if bars is not None and bars != form.bars:
            raise InvalidInput(f"bars: the plan has {form.bars}, got {bars}; leave it out")
        return form
    if not isinstance(form, str) or form not in FORMS:
        raise InvalidInput(f"form: expected one of {', '.join(FORMS)}, or a Plan, got {shown(form)}")
    return FORMS[form].plan(64 if bars is None else bars)
