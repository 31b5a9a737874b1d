"""Scores by verovio: kern, MEI, MusicXML and ABC, as the MIDI file that it plays, repeats as written.

verovio plays grace notes and moves the notes beside them. So the score is turned into MEI first, its grace notes are
taken out, and what is left is played; how many were taken out is told.
"""

from __future__ import annotations

import base64
import io
import re
from fractions import Fraction
from importlib.metadata import version
from xml.etree import ElementTree

import mido
import verovio

from evaluation.reading.witnesses.mido_walk import DRUM_CHANNEL
from evaluation.reading.witnesses.serve import DRUM, GRACE, Tune, note, serve, tune

MEI = "http://www.music-encoding.org/ns/mei"
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
    """Return what is played of the loaded score, without grace notes."""
    plain, graces = _without_graces(toolkit.getMEI())
    if graces and not toolkit.loadData(plain):
        raise ValueError("verovio cannot load its own MEI without grace notes")
    file = mido.MidiFile(file=io.BytesIO(base64.b64decode(toolkit.renderToMIDI())))
    notes = []
    for number, track in enumerate(file.tracks):
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on" and message.velocity:
                marks = [DRUM] if message.channel == DRUM_CHANNEL else []
                onset = Fraction(tick, file.ticks_per_beat)
                notes.append(note(onset, Fraction(1), message.note, number, marks))
    return tune(notes, left_out={GRACE: graces} if graces else {})


def _without_graces(mei: str) -> tuple[str, int]:
    """Return an MEI document without its grace notes, and how many these were."""
    if not re.search(r"<graceGrp|\sgrace=", mei):
        return mei, 0
    ElementTree.register_namespace("", MEI)
    root = ElementTree.fromstring(mei)
    graces = 0
    for parent in list(root.iter()):
        for child in list(parent):
            name = child.tag.rpartition("}")[2]
            if name == "graceGrp" or (name in ("note", "chord") and child.get("grace")):
                graces += max(1, sum(1 for _ in child.iter(f"{{{MEI}}}note")))
                parent.remove(child)
    return ElementTree.tostring(root, encoding="unicode"), graces


if __name__ == "__main__":
    serve(version("verovio"), read)
