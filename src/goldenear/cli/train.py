"""This file is where `goldenear train` stands."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from goldenear.cli import output
from goldenear.errors import InvalidInput, InvalidTaste


class KindName(StrEnum):
    """The kinds of learned judges, as choices of an option."""

    cnn = "cnn"
    rnn = "rnn"
    wavenet = "wavenet"


def train(
    taste: Annotated[Path, typer.Argument(help="The folder of samples: good/, bad/, sound or notes.")],
    model: Annotated[Path, typer.Argument(help="The file to write, ending in .safetensors.")],
    kind: Annotated[
        KindName, typer.Option(help="What learns: from pictures of sound, from the wave, or by guessing it.")
    ] = KindName.cnn,
    seed: Annotated[
        int, typer.Option(min=0, help="Of all that is drawn; the same gives the same judge.")
    ] = 0,
    device: Annotated[str, typer.Option(help="Where it learns: cpu, cuda, or another of torch's.")] = "cpu",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
) -> None:
    """Train a judge that learns from the sound of a taste's samples; notes are played by the built-in string."""
    from goldenear.audio.learned.kinds import KINDS
    from goldenear.audio.learned.steady import steady
    from goldenear.audio.sounding import clips_of_taste

    if model.suffix != ".safetensors":
        raise InvalidInput(f"{model}: a judge's file ends in .safetensors")
    if model.is_dir():
        raise InvalidInput(f"{model}: is a folder")
    if model.exists() and not force:
        raise InvalidInput(f"{model}: is there already: name another file, or replace it by --force")
    if not model.parent.is_dir():
        raise InvalidInput(f"{model}: there is no folder {model.parent}")
    if not os.access(model.parent, os.W_OK):
        raise InvalidInput(f"{model}: the folder cannot be written to")
    with steady(device):
        pass
    good, good_remarks = clips_of_taste(taste, "good")
    bad, bad_remarks = clips_of_taste(taste, "bad")
    for remark in (*good_remarks, *bad_remarks):
        output.say(f"note: {remark}")
    if not good or not bad:
        raise InvalidTaste(
            f"{taste}: to learn, samples of both kinds are needed: {len(good)} good, {len(bad)} bad"
        )
    liked = {clip.wave.tobytes(): clip.name for clip in good}
    for clip in bad:
        if clip.wave.tobytes() in liked:
            output.say(f"note: bad/{clip.name}: sounds the same as good/{liked[clip.wave.tobytes()]}")
    judge = KINDS[kind].fit(
        good,
        bad,
        seed=seed,
        device=device,
        progress=lambda epochs, _: output.with_progress(epochs, "learning"),
    )
    judge.save(model)
    heard = judge.heard
    known = f"{heard.right:.0%} of {{}} are put in their own class"
    output.say(f"learned from {len(good)} good and {len(bad)} bad clips in {heard.epochs} epochs")
    if heard.held_out:
        output.say(known.format(f"the {heard.held_out} held out"))
    else:
        output.say(known.format("these") + "; of new ones that says little: too few to hold some out")
        output.say(
            "with so few samples the matcher is the better judge of melodies: goldenear judge --by-ear"
        )
    output.say(f"written: {model}")
