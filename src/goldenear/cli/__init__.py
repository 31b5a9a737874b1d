"""The command line: one small file a command group, thin over the library; heavy imports wait for their command."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from goldenear.cli import compose, demo, find, identify, judge, output, rank, show, taste, train
from goldenear.cli.streams import make_safe
from goldenear.errors import GoldenearError

app = typer.Typer(
    name="goldenear",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("judge")(judge.judge)
app.command("rank")(rank.rank)
app.command("find")(find.find)
app.command("identify")(identify.identify)
app.command("show")(show.show)
app.command("compose")(compose.compose)
app.command("train")(train.train)
app.command("demo")(demo.demo)
app.add_typer(taste.app, name="taste")


@app.callback(
    invoke_without_command=True,
    epilog="Exit codes: 0 fine; 1 a verdict that --fail-on names; 2 bad usage or input.",
)
def goldenear(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    """Judge short music fragments: good only if like a good sample, and like none of the bad."""
    if version:
        from goldenear import __version__

        typer.echo(f"goldenear {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


INTERRUPTED = 130
"""The exit code by which shells know that somebody pressed Ctrl-C."""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code; an error is one line on standard error."""
    make_safe()
    try:
        code = app(args=arguments, prog_name="goldenear", standalone_mode=False)
        # Were it left to Python, a full disk would show only now, as a traceback.
        sys.stdout.flush()
    except typer.TyperException as error:
        _fail(" ".join(error.format_message().split()))
    except GoldenearError as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except OSError as error:
        _fail(f"{error.filename or 'a file'}: {error.strerror or error}")
    if code == INTERRUPTED:
        # typer gives this code, too, and no word.
        output.say("goldenear: interrupted")
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str) -> NoReturn:
    """Print one line on standard error and leave with code 2."""
    output.say(f"goldenear: {message}")
    sys.exit(2)
