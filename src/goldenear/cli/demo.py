"""This file is where `goldenear demo` stands: the main job, on the examples that ship with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from goldenear.cli import output
from goldenear.cli.judge import print_verdicts


def demo(
    folder: Annotated[Path, typer.Option("--output", help="Where the pictures go.")] = Path("demo-output"),
    json: output.Json = False,
) -> None:
    """Judge the example candidates by the example taste, and draw why."""
    from goldenear.errors import MissingExtra
    from goldenear.examples import CANDIDATES, TASTE
    from goldenear.taste.judge import Taste

    taste = Taste(TASTE)
    candidates = [x for path in sorted(CANDIDATES.glob("*.mid")) for x in taste.read(path)]
    engine = taste.engine_for("auto", candidates)
    verdicts = [taste.judge(x, backend=engine) for x in output.with_progress(candidates, "judging")]
    if json:
        for verdict in verdicts:
            output.print_json(verdict.as_dict())
    else:
        output.tell(f"{len(taste.good)} good samples, {len(taste.bad)} bad ones, in {TASTE}")
        print_verdicts(verdicts)
    try:
        output.check_picture(folder)
        targets = output.picture_paths([verdict.x.name for verdict in verdicts], folder)
        for verdict, target in output.with_progress(list(zip(verdicts, targets, strict=True)), "drawing"):
            output.save_picture(verdict.plot(), target)
    except MissingExtra as missing:
        output.say(f"no pictures: {missing}")
    else:
        output.say(f"{len(verdicts)} pictures that explain the verdicts: {folder}/")
