"""
Whole pieces
============

New phrases, and phrases that are stated again, in six forms, 64 bars each: no window of the whole is vetoed, and what
recurs is known again. Each as a piano roll, and as pages.
"""

from engraved import engraving

import goldenear as ge
from goldenear.examples import TASTE

taste = ge.Taste(TASTE)


def composed(form, **wishes):
    piece = ge.compose_piece(taste, form, bars=64, wishes=ge.Wishes(**wishes), seed=6, effort=16, threads=2)
    outcomes = [verdict.outcome for *_, verdict in piece.windows()]
    print(f"{len(outcomes)} windows: {outcomes.count('good')} good, {outcomes.count('bad')} vetoed")
    for motif in piece.motifs():
        print(f"{motif.section:16}{motif.similarity:.2f} at {motif.up:+d}  {motif.alteration}")
    return piece


# %%
# A period: a question that stays open, and its answer.

piece = composed("period", scale="G major")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)

# %%
# A sentence: an idea, the idea again, and what follows from it.

piece = composed("sentence", scale="A minor")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)

# %%
# A song: a theme, the theme again, something else, and the theme once more.

piece = composed("AABA", scale="D dorian")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)

# %%
# A rondo: what returns, and what comes between.

piece = composed("rondo", scale="C major", metre="3/4")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)

# %%
# A theme and its variations.

piece = composed("variations", scale="E minor")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)

# %%
# Two voices, of which the second takes up what the first began.

piece = composed("imitation", voices=2, scale="D dorian")
piece.plot()

# %%

engraving(piece.voices, metre=piece.metre)
