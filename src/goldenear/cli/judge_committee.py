"""This file is where `goldenear judge` judges sound, --model or --by-ear: learned judges, a taste beside them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from goldenear.cli import output
from goldenear.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from goldenear.audio.learned.committee import Committee, CommitteeVerdict
    from goldenear.audio.learned.learned_judge import LearnedJudge
    from goldenear.hearing.clip import Clip
    from goldenear.notes.choice import Choice

MATCHER = "matcher"
"""What the taste is called among the members."""


def judge_by_committee(
    files: Sequence[Path],
    taste: Path | None,
    models: Sequence[Path],
    *,
    choice: Choice,
    json: bool,
    details: bool,
    plot: Path | None,
    fail_on: Sequence[str],
) -> int:
    """Judge clips by learned judges, and by the matcher where there is a taste; return the exit code."""
    from goldenear.audio.sounding import clips_in
    from goldenear.cli.music import candidates_in
    from goldenear.taste.samples import SETTINGS_FILE
    from goldenear.taste.settings import read_settings

    committee = _seated(taste, models)
    usual = () if taste is None else read_settings(taste / SETTINGS_FILE).drums
    clips, refused = candidates_in(files, partial(clips_in, choice=choice, usual_drums=usual))
    output.say_remarks(clips)
    if plot is not None:
        output.picture_paths([clip.name for clip in clips], plot)
    verdicts = []
    for clip in output.with_progress(clips, "judging"):
        verdict = committee.judge(clip)
        verdicts.append(verdict)
        if json:
            output.print_json({"name": clip.name, "file": clip.path} | verdict.as_dict())
    if not json:
        _print(clips, verdicts, details=details)
    if plot is not None:
        _plot(committee, clips, verdicts, plot)
    return 2 if refused else int(any(verdict.outcome in fail_on for verdict in verdicts))


def _seated(taste: Path | None, models: Sequence[Path]) -> Committee:
    """Return the committee: each model by its file's name, and the taste's samples."""
    from goldenear.audio.learned.committee import Committee
    from goldenear.audio.learned.kinds import load_judge
    from goldenear.audio.learned.matcher_judge import MatcherJudge
    from goldenear.audio.learned.verdict import Judge
    from goldenear.taste.judge import Taste
    from goldenear.taste.settings import Settings

    if taste is None and not models:
        raise InvalidInput("--by-ear: samples are needed: name their folder, --taste")
    members: dict[str, Judge] = {}
    if taste is not None:
        samples = Taste(taste)
        matcher = MatcherJudge.of(samples)
        for remark in (*samples.remarks, *matcher.remarks):
            output.say(f"note: {remark}")
        if samples.settings != Settings():
            output.say("note: taste.toml says how notes are compared; by ear only its samples count")
        members[MATCHER] = matcher
    for path in dict.fromkeys(models):
        name = path.stem if path.stem not in members else str(path)
        members[name] = load_judge(path)
    return Committee(members)


def _print(clips: Sequence[Clip], verdicts: Sequence[CommitteeVerdict], *, details: bool) -> None:
    """Print a table of verdicts, and under it, if wanted, what each member says."""
    table = output.new_table("", ["candidate", "verdict", ">score", "because"])
    for clip, verdict in zip(clips, verdicts, strict=True):
        table.add_row(output.plain(clip.name), *_cells(verdict.outcome, verdict.score, verdict.because))
    output.print_table(table)
    for clip, verdict in zip(clips, verdicts, strict=True) if details else ():
        every = output.new_table(clip.name, ["judge", "verdict", ">score", "because"])
        for name, said in verdict.verdicts.items():
            every.add_row(output.plain(name), *_cells(said.outcome, said.score, said.because))
        output.print_table(every)


def _cells(outcome: str, score: float, because: str) -> tuple[str, str, str]:
    """Return the cells of one judgement."""
    style = output.OUTCOME_STYLES[outcome]
    return f"[{style}]{outcome}[/{style}]", f"{score:+.2f}", output.plain(because)


def _plot(
    committee: Committee, clips: Sequence[Clip], verdicts: Sequence[CommitteeVerdict], path: Path
) -> None:
    """Draw why, as the member sees it that decided; of several, the first."""
    from goldenear.audio.learned.matcher_judge import MatcherVerdict

    targets = output.picture_paths([clip.name for clip in clips], path)
    for clip, verdict, target in output.with_progress(
        list(zip(clips, verdicts, targets, strict=True)), "drawing"
    ):
        if verdict.silent:
            output.say(f"note: {clip.name}: nothing is heard in it, so nothing is drawn")
            continue
        heard = {name: said for name, said in verdict.verdicts.items() if not said.silent}
        name, said = next((n, s) for n, s in heard.items() if s.outcome == verdict.outcome)
        member = committee.members[name]
        if isinstance(said, MatcherVerdict):
            figure = said.plot()
        else:
            figure = cast("LearnedJudge", member).explain(clip).plot(clip)
        output.save_picture(figure, target)
        output.say(f"drawn: {target}, as {name} hears it")
