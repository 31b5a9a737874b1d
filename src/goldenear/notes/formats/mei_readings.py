"""Find what is to be read in an MEI document: the first of several readings, and copies in the place of references.

Editors' elements (``app``, ``choice``, ``supplied`` and so on) may stand between any parent and child.
`Readings.children` looks through them, so that no other function needs to know of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from goldenear.errors import UnreadableFile
from goldenear.limits import LIMITS
from goldenear.notes.formats.exact import Budget
from goldenear.notes.formats.remarks import Remarks

_ALTERNATIVES = {
    "app": ("lem", "rdg"),
    "choice": ("corr", "reg", "expan", "orig", "sic", "abbr"),
    "subst": ("add",),
}
"""Elements of which one child is read, and which children come first."""

_TRANSPARENT = frozenset(
    [
        "abbr",
        "add",
        "corr",
        "damage",
        "expan",
        "lem",
        "orig",
        "ossia",
        "rdg",
        "reg",
        "restore",
        "sic",
        "supplied",
        "unclear",
    ]
)
"""Elements whose children are read as if they stood in their place."""

_LEFT_OUT = {
    "del": "what is deleted (del) is left out",
    "gap": "gaps in the source: what is missing takes no time",
    "oStaff": "an ossia is left out, the main staff is read",
    "oLayer": "an ossia is left out, the main staff is read",
}


@dataclass(slots=True)
class Readings:
    """What is read of a document.

    Parameters
    ----------
    budget : Budget
        Copies count, so that copies of copies end.
    remarks : Remarks
        Where choices and what is left out are told.
    named : dict of str to Element
        The elements of the document by their names (xml:id); without them no copy is filled in.
    """

    budget: Budget
    remarks: Remarks
    named: dict[str, Element] = field(default_factory=dict)
    _copied: int = 0

    def children(self, element: Element) -> Iterator[Element]:
        """Give the children of an element that are read, copies filled in.

        Raises
        ------
        UnreadableFile
            If editors' elements are nested too deeply, or copies make too much of them.
        """
        for child in element:
            yield from self._read(child, 0, is_restored=False)

    def within(self, element: Element, depth: int = 0) -> Iterator[Element]:
        """Give all that is read within an element, at every depth."""
        self._guard(depth)
        for child in self.children(element):
            yield child
            yield from self.within(child, depth + 1)

    def _read(self, element: Element, depth: int, *, is_restored: bool) -> Iterator[Element]:
        """Give what is read of one child: itself, or what it stands for."""
        self._guard(depth)
        element = self._whole(element)
        tag = element.tag
        if tag in _ALTERNATIVES:
            self.remarks.once("editors' alternatives: the first is read")
            if (reading := _first_reading(element)) is not None:
                yield from self._read(reading, depth + 1, is_restored=is_restored)
        elif tag in _TRANSPARENT or (tag == "del" and is_restored):
            for child in element:
                yield from self._read(child, depth + 1, is_restored=is_restored or tag == "restore")
        elif tag in _LEFT_OUT:
            self.remarks.once(_LEFT_OUT[tag])
        else:
            yield element

    def _guard(self, depth: int) -> None:
        if depth > LIMITS.nested:
            raise UnreadableFile(self.budget.path, "not sound MEI: its elements are nested too deeply")

    def _whole(self, element: Element) -> Element:
        """Return the element, filled in from the one that it copies."""
        seen: set[str] = set()
        while name := element.get("copyof") or element.get("sameas"):
            target = self.named.get(name.strip().removeprefix("#"))
            if target is None or name in seen:
                if element.get("copyof"):
                    self.remarks.once("a copy of what is not in the file, or of itself: left out")
                return element
            seen.add(name)
            self._copied += sum(1 for _ in target.iter())
            if self._copied > LIMITS.copied:
                raise UnreadableFile(
                    self.budget.path, f"its copies (copyof, sameas) make more than {LIMITS.copied:,} elements"
                )
            element = _filled(element, target)
        return element


def _first_reading(element: Element) -> Element | None:
    """Return the reading to follow where editors give several; None if all is deleted, or there is none."""
    for tag in _ALTERNATIVES[element.tag]:
        if (found := element.find(tag)) is not None:
            return found
    return next((child for child in element if child.tag != "del"), None)


def _filled(element: Element, target: Element) -> Element:
    """Return a copy of the target under the name of the element, with all that the element says itself."""
    own = {key: value for key, value in element.attrib.items() if key not in ("copyof", "sameas")}
    filled = Element(target.tag, {**target.attrib, **own})
    filled.extend(element)
    # A note that says more (a syllable) is still the whole note; a bar with contents of its own is that bar.
    if not len(element) or element.tag == "note":
        filled.extend(target)
    return filled
