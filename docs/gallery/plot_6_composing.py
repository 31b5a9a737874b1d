"""
From ten samples to a finished piece
====================================

Ten samples are a taste. goldenear composes phrases that it calls good, you say what you think of them, and a piece
comes of it.
"""

import shutil
from pathlib import Path

import goldenear as ge
from goldenear.examples import TASTE

# %%
# A taste is a folder. Here are six good samples and four bad ones, out of those that ship with the program.

made = Path("composed")
shutil.rmtree(made, ignore_errors=True)
folder = ge.new_taste(made / "my-taste")
for name in (
    "greensleeves",
    "scarborough-fair",
    "morning-mood",
    "new-world-largo",
    "drowsy-maggie",
    "auld-lang-syne",
):
    ge.add_sample(folder, "good", TASTE / "good" / f"{name}.mid")
for name in ("five-finger-exercise", "chromatic-run", "ringtone", "the-lick"):
    ge.add_sample(folder, "bad", TASTE / "bad" / f"{name}.mid")
taste = ge.Taste(folder)
print(taste)

# %%
# A phrase of eight bars. Every window of it is judged; each bar tells where it comes from.

wishes = ge.Wishes(quarters=32, metre="4/4", scale="D dorian")
phrase = ge.compose(taste, wishes, seed=2)[0]
print(phrase.verdict.because)
for bar in phrase.bars:
    print(bar)
phrase.plot()

# %%
# As a page. Two bars of it shall stay: they are locked, and the rest is composed anew around them.

from engraved import engraving

engraving(phrase.voices, metre="4/4")

# %%

kept = phrase.notes.where(phrase.notes.onset < 8 * phrase.notes.ticks_per_quarter)
again = ge.Wishes(quarters=32, scale="D dorian", locked=kept, locked_bars=(1, 2))
second = ge.compose(taste, again, seed=3)[0]
print(second.notes.where(second.notes.onset < 8 * second.notes.ticks_per_quarter) == kept)
second.plot()

# %%
# What you do not like is a bad sample at once: whatever resembles it is vetoed from now on.

second.write(made / "not-like-this.mid")
ge.add_sample(folder, "bad", made / "not-like-this.mid")
taste = ge.Taste(folder)
print(taste.judge(second.notes).because)

# %%
# And a whole piece: a theme, the theme again, something else, and the theme once more. Every window of it is judged.

piece = ge.compose_piece(taste, "AABA", bars=32, wishes=ge.Wishes(scale="D dorian"), seed=4, effort=48)
print(piece)
print(sum(verdict.outcome == "bad" for *_, verdict in piece.windows()), "windows are vetoed")
piece.plot()

# %%

engraving(piece.voices, metre="4/4")

# %%
# It is written for notation programs, for sequencers, and to be heard. The files lie in the folder ``composed``.

piece.write(made / "piece.musicxml")
piece.write(made / "piece.mid")
ge.render(piece.voices, made / "piece.wav", tempo=96)
print(*sorted(path.name for path in made.iterdir()))
