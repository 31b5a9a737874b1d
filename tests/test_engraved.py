"""The pages of the gallery: our own scores, engraved."""

from __future__ import annotations

import sys
from base64 import b64decode
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from goldenear.notes.note_array import NoteArray
from goldenear.notes.read import read
from goldenear.notes.write import write

sys.path.append(str(Path(__file__).parent.parent / "docs"))

# What the engraver's wrapper is made with declares types in a way that newer Pythons grumble at.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SCALE = NoteArray.from_arrays(
    pitch=[62, 64, 66, 67, 69, 70, 73, 74] * 30,
    onset=range(0, 240 * 12, 12),
    duration=12,
    ticks_per_quarter=24,
)


def classes(page: str) -> list[str]:
    return [
        name for element in ElementTree.fromstring(page).iter() for name in element.get("class", "").split()
    ]


def test_all_notes_are_on_the_pages(tmp_path):
    from engraved import engraved, engraving

    write({"Oboe": SCALE, "Bassoon": SCALE.transposed(-24)}, tmp_path / "x.musicxml", metre="3/4")
    pages = engraved(tmp_path / "x.musicxml")
    drawn = [name for page in pages for name in classes(page)]
    assert drawn.count("note") == 2 * len(SCALE)
    assert drawn.count("measure") == 40
    assert engraving({"Oboe": SCALE, "Bassoon": SCALE.transposed(-24)}, metre="3/4").pages == tuple(pages)


@pytest.mark.parametrize("metre", ["4/4", "3/4", "6/8", "12/8", "5/4", "7/8", "2/2", "9/16"])
def test_the_engraver_plays_what_was_written(metre, tmp_path):
    # Another program's reading of bars, ties, brackets and beams.
    import verovio

    for seed in range(12):
        x = a_line(np.random.default_rng(seed))
        write(x, tmp_path / "x.musicxml", metre=metre)
        engraver = verovio.toolkit()
        assert engraver.loadData((tmp_path / "x.musicxml").read_text(encoding="utf-8"))
        (tmp_path / "x.mid").write_bytes(b64decode(engraver.renderToMIDI()))
        played = read(tmp_path / "x.mid")
        # Its ticks are rounded, ours are whole.
        ticks = played.ticks_per_quarter / 24
        assert played.pitch.tolist() == x.pitch.tolist()
        assert np.rint(played.onset / ticks).tolist() == x.onset.tolist()
        assert np.rint(played.offset / ticks).tolist() == x.offset.tolist()


def a_line(rng: np.random.Generator) -> NoteArray:
    """Return chords one after another: dotted, in triplets, tied, with rests."""
    durations = rng.choice([3, 4, 6, 8, 8, 9, 12, 12, 16, 18, 24, 36, 48, 72, 96], 20)
    onsets = np.cumsum(durations) - durations
    rows = [
        (pitch, onset, duration)
        for onset, duration in zip(onsets, durations, strict=True)
        for pitch in rng.choice(np.arange(48, 80), rng.integers(0, 4), replace=False)
    ]
    pitch, onset, duration = zip(*rows, strict=True)
    return NoteArray.from_arrays(pitch=pitch, onset=onset, duration=duration, ticks_per_quarter=24)


def test_no_score_gives_no_pages(tmp_path, capfd):
    from engraved import engraved

    (tmp_path / "x.musicxml").write_text("no score")
    with pytest.raises(ValueError, match="cannot be engraved"):
        engraved(tmp_path / "x.musicxml")
    assert capfd.readouterr().out == ""
