"""
Whole pieces
============

New phrases, and phrases that are stated again, in a form: no window of the whole is vetoed, and what recurs is known
again.
"""

import goldenear as ge
from goldenear.examples import TASTE

taste = ge.Taste(TASTE)

# %%
# A theme and its variations, sixteen bars in all. The numbers tell how alike each is to the theme, under the alteration
# that was planned for it.

tune = ge.compose_piece(taste, "variations", bars=16, wishes=ge.Wishes(scale="G major"), seed=6, effort=32)
for motif in tune.motifs():
    print(f"{motif.section:12}{motif.similarity:.2f} at {motif.up:+d}  {motif.alteration}")
tune.plot()

# %%
# As a page:

from engraved import engraving

engraving(tune.voices, metre=tune.metre)

# %%
# Two voices of which the second takes up what the first began:

duet = ge.compose_piece(
    taste, "imitation", bars=16, wishes=ge.Wishes(voices=2, scale="D dorian"), seed=1, effort=32
)
print({verdict.outcome for _, _, verdict in duet.windows()})
duet.plot()

# %%

engraving(duet.voices, metre=duet.metre)
