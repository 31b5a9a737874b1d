"""Which bars of a MusicXML file stand side by side: part-wise or time-wise, and where parts leave bars out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from goldenear.notes.formats.remarks import Remarks


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: the element that holds it in each part, and whether it may be of any length."""

    parts: dict[str, Element]
    is_exempt: bool


def bars_of(root: Element, remarks: Remarks) -> list[Bar]:
    """Return the bars of a score, part-wise or time-wise."""
    if root.tag == "score-timewise":
        return [
            Bar(_named(measure.findall("part"), remarks), _is_exempt(measure))
            for measure in root.findall("measure")
        ]
    parts = {name: part.findall("measure") for name, part in _named(root.findall("part"), remarks).items()}
    bars: list[dict[str, Element]] = [{} for _ in range(max(map(len, parts.values()), default=0))]
    for (name, measures), places in zip(parts.items(), _places(list(parts.values()), remarks), strict=True):
        for place, measure in zip(places, measures, strict=True):
            bars[place][name] = measure
    return [Bar(bar, any(map(_is_exempt, bar.values()))) for bar in bars]


def _places(parts: list[list[Element]], remarks: Remarks) -> list[list[int]]:
    """Return for the bars of each part which bars of the score they are.

    A part that leaves bars out is placed by its bars' numbers, if they are unique and in the order of the longest
    part's; otherwise, and usually, the first bar is the first.
    """
    longest = max(parts, key=len, default=[])
    order = {measure.get("number", ""): place for place, measure in enumerate(longest)}
    places = []
    for measures in parts:
        if len(measures) != len(longest):
            remarks.once("parts differ in how many bars they have")
        numbered = [order.get(measure.get("number", ""), -1) for measure in measures]
        fits = len(order) == len(longest) and -1 not in numbered and numbered == sorted(set(numbered))
        places.append(numbered if fits else list(range(len(measures))))
    return places


def _named(parts: Iterable[Element], remarks: Remarks) -> dict[str, Element]:
    """Return parts by their names in the file; of two with one name none is lost."""
    named: dict[str, Element] = {}
    for part in parts:
        name = part.get("id", "")
        if name in named:
            remarks.once(f"two parts have the id {name[:24]!r}: read as two")
            name = f"{name} ({len(named) + 1})"
        named[name] = part
    return named


def _is_exempt(measure: Element) -> bool:
    """Tell whether a bar is marked as irregular: an upbeat, half of a bar, a cadenza."""
    return (
        "yes" in (measure.get("implicit"), measure.get("non-controlling"))
        or measure.find(".//senza-misura") is not None
        or any("cadenza" in (words.text or "").lower() for words in measure.iter("words"))
    )
