"""This file is where `goldenear taste ...` stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from goldenear.cli import output

app = typer.Typer(
    help="Make a taste and fill it: a folder with good/, bad/ and taste.toml.", rich_markup_mode=None
)


@app.command("new")
def new(folder: Annotated[Path, typer.Argument(help="The folder to make.")]) -> None:
    """Make an empty taste."""
    from goldenear.taste.samples import new_taste

    root = new_taste(folder)
    output.say(
        f"made: {root}/good, {root}/bad, {root}/taste.toml; next: goldenear taste add {root} good FILE"
    )


@app.command("add")
def add(
    folder: Annotated[Path, typer.Argument(help="The taste.")],
    kind: Annotated[Literal["good", "bad"], typer.Argument(help="What the files are samples of.")],
    files: Annotated[
        list[Path], typer.Argument(help="Music files; they are copied, and stay where they are.")
    ],
    name: Annotated[str | None, typer.Option(help="Another name for the copy, for one file.")] = None,
) -> None:
    """Add samples to a taste."""
    from goldenear.errors import InvalidInput
    from goldenear.taste.samples import add_sample

    if name is not None and len(files) > 1:
        raise InvalidInput(f"--name: expected one file, got {len(files)}")
    for path in files:
        output.say(f"added: {add_sample(folder, kind, path, name=name)}")
