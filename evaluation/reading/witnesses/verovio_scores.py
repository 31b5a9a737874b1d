"""Scores by verovio: kern, MEI, MusicXML and ABC, as the MIDI file that it plays, repeats as written.

verovio plays grace notes and moves the notes beside them, and it plays out trills, arpeggios and tremolos. So the
score is turned into MEI first, these are taken out, and what is left is played; how many were taken out is told.
"""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from importlib.metadata import version
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import mido
import verovio

from evaluation.reading.witnesses.mido_walk import DRUM_CHANNEL
from evaluation.reading.witnesses.serve import DRUM, GRACE, ORNAMENT, Tune, note, serve, tune

NAMESPACE = "http://www.music-encoding.org/ns/mei"
MEI = f"{{{NAMESPACE}}}"
ORNAMENTS = {f"{MEI}{name}" for name in ("trill", "mordent", "turn", "arpeg")}
OPTIONS = {"expandNever": True, "xmlIdSeed": 1}


def read(path: str) -> list[Tune]:
    """Return the tunes of a file: one a movement."""
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadFile(path):
        raise ValueError("verovio cannot load it")
    return [_played(toolkit)]


def _played(toolkit: verovio.toolkit) -> Tune:
    """Return what is played of the loaded score, without grace notes and ornaments."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(toolkit.getMEI())
    left_out = {GRACE: _take_out_graces(root), ORNAMENT: _take_out_ornaments(root)}
    left_out = {mark: count for mark, count in left_out.items() if count}
    if left_out and not toolkit.loadData(ElementTree.tostring(root, encoding="unicode")):
        raise ValueError("verovio cannot load its own MEI without grace notes and ornaments")
    file = mido.MidiFile(file=io.BytesIO(base64.b64decode(toolkit.renderToMIDI())))
    notes = [
        each
        for number, track in enumerate(file.tracks)
        for each in _notes(track, number, file.ticks_per_beat)
    ]
    return tune(notes, left_out=left_out)


def _take_out_graces(root: Element) -> int:
    """Take grace notes out of an MEI document; return how many there were."""
    graces = 0
    for parent, child in _children(root):
        if child.tag == f"{MEI}graceGrp" or (
            child.tag in (f"{MEI}note", f"{MEI}chord") and child.get("grace")
        ):
            graces += max(1, sum(1 for _ in child.iter(f"{MEI}note")))
            parent.remove(child)
    return graces


def _take_out_ornaments(root: Element) -> int:
    """Take out of an MEI document what is played otherwise than written; return how much there was."""
    ornaments = 0
    for parent, child in _children(root):
        if child.tag in ORNAMENTS:
            ornaments += 1
            parent.remove(child)
        elif child.tag == f"{MEI}bTrem":
            ornaments += 1
            place = list(parent).index(child)
            parent[place : place + 1] = list(child)
    return ornaments


def _children(root: Element) -> list[tuple[Element, Element]]:
    """Return each element with its parent, inner ones first, so that a parent may change while they are walked."""
    return [(parent, child) for parent in root.iter() for child in parent][::-1]


def _notes(track: mido.MidiTrack, number: int, ticks_per_quarter: int) -> Iterator[list[Any]]:
    """Give the notes of a track; a note-off ends the first note of its pitch that still sounds."""
    tick = 0
    sounding: dict[tuple[int, int], list[int]] = defaultdict(list)
    for message in track:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            sounding[message.channel, message.note].append(tick)
        elif message.type in ("note_on", "note_off") and sounding[message.channel, message.note]:
            start = sounding[message.channel, message.note].pop(0)
            marks = [DRUM] if message.channel == DRUM_CHANNEL else []
            onset, duration = Fraction(start, ticks_per_quarter), Fraction(tick - start, ticks_per_quarter)
            yield note(onset, duration, message.note, number, marks)


if __name__ == "__main__":
    serve(version("verovio"), read)
