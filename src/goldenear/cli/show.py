"""This file is where `goldenear show` stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldenear.cli import output
from goldenear.cli.streams import carries
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from goldenear.notes.note_array import NoteArray

COLUMNS = 96
ROWS = 48

_PLAIN = str.maketrans("▌█·", "[=.")
"""What stands for blocks where standard output cannot show them."""


def show(
    files: Annotated[list[Path], typer.Argument(help="Music files.")],
    plot: Annotated[
        Path | None,
        typer.Option(
            help="Draw the piano roll, of sound its constant-Q picture too: a picture file, or a folder."
        ),
    ] = None,
    on: Annotated[
        Path | None,
        typer.Option(help="Draw sound on the piece that it is most like: a file, or a folder of them."),
    ] = None,
    track: output.Track = None,
    channel: output.Channel = None,
    voice: output.Voice = None,
    drums: output.Drums = None,
    grid: output.Grid = None,
    json: output.Json = False,
) -> None:
    """Show what is in a music file, as goldenear reads it: notes, tracks, what was repaired or left out."""
    from goldenear.audio.seconds import in_seconds
    from goldenear.cli.music import pieces_in
    from goldenear.notes.read import read_chosen

    output.check_picture(plot)
    if on is not None and plot is None:
        raise InvalidInput("--on: says what sound is drawn on; --plot says where the picture goes")
    choice = output.choice_of(track, channel, voice, drums)
    tunes = [tune for path in files for tune in read_chosen(path, choice)]
    ticks = output.grid_of(grid)
    if isinstance(ticks, int):
        tunes = [tune.quantised(ticks) for tune in tunes]
    for tune in tunes:
        if json:
            output.print_json(_as_dict(tune))
        else:
            _print(tune)
    if plot is None:
        return
    pieces = [] if on is None else [in_seconds(piece) for piece in pieces_in([on])]
    for tune, target in zip(tunes, output.picture_paths([tune.name for tune in tunes], plot), strict=True):
        if tune.provenance.format == "sound" and not len(tune):
            output.say(f"note: {tune.name}: nothing is heard in it, so nothing is drawn")
            continue
        output.save_picture(_picture(tune, pieces), target)
        output.say(f"drawn: {target}")


def _picture(tune: NoteArray, pieces: list[NoteArray]) -> Figure:
    """Draw notes as a piano roll; sound as its constant-Q picture, on the piece that it is most like."""
    from goldenear.plot import plot_notes

    if tune.provenance.format != "sound":
        return plot_notes(tune)
    from goldenear.hearing.sound_file import read_clip
    from goldenear.match.find import identify
    from goldenear.plot_sound import plot_clip

    clip = read_clip(tune.provenance.path)
    match = identify(tune, pieces, k=1).best if pieces and len(tune) else None
    return plot_clip(clip, piece=None if match is None else pieces[match.index], match=match)


def _as_dict(tune: NoteArray) -> dict[str, object]:
    """Return the tune as plain values; onsets and durations in quarters."""
    quarter = tune.ticks_per_quarter
    return {
        "name": tune.name,
        "file": tune.provenance.path,
        "format": tune.provenance.format,
        "tracks": list(tune.provenance.tracks),
        "quarters": float(tune.quarters),
        "ticks_per_quarter": quarter,
        "remarks": list(tune.provenance.remarks),
        "notes": [
            {
                "pitch": note.pitch,
                "onset": note.onset / quarter,
                "duration": (note.offset - note.onset) / quarter,
                "brightness": note.brightness,
                "is_drum": note.is_drum,
            }
            for note in tune
        ],
    }


def _print(tune: NoteArray) -> None:
    """Print a summary and a small piano roll."""
    drums = int(tune.is_drum.sum())
    output.tell(
        f"{tune.name}: {len(tune) - drums} note{'' if len(tune) - drums == 1 else 's'}"
        + (f" and {drums} drum strokes" if drums else "")
        + f", {round(float(tune.quarters), 3):g} quarters, {tune.ticks_per_quarter} ticks a quarter"
    )
    named = [f"{i} {name!r}" for i, name in enumerate(tune.provenance.tracks)]
    if named:
        output.tell(f"  tracks: {', '.join(named)}")
    for remark in tune.provenance.remarks:
        output.tell(f"  note: {remark}")
    for line in _drawn(tune.where(~tune.is_drum)):
        output.tell(line if carries(line) else line.translate(_PLAIN))


def _drawn(notes: NoteArray) -> list[str]:
    """Draw the pitched notes in characters, a column for an equal share of the time."""
    if not len(notes):
        return []
    low, high = int(notes.pitch.min()), int(notes.pitch.max())
    if high - low + 1 > ROWS:
        return [f"  (pitches {low} to {high}: too many to draw here; --plot draws them)"]
    start, length = notes.first_onset, notes.last_offset - notes.first_onset
    columns = min(COLUMNS, length)
    canvas = [
        ["·" if (high - row) % notes.steps_per_octave == 0 else " "] * columns
        for row in range(high - low + 1)
    ]
    for note in notes:
        first = (note.onset - start) * columns // length
        last = max(first + 1, -((start - note.offset) * columns // length))
        line = canvas[high - note.pitch]
        line[first:last] = ["▌"] + ["█"] * (last - first - 1)
    return [f"  {high - row:4d} {''.join(line)}".rstrip() for row, line in enumerate(canvas)]
