"""
A tune by its sound
===================

A constant-Q spectrogram is a piano roll: a transposition is a vertical shift. So a recording is laid on notes as notes are.
Here a tune is played slower and a third higher, and found again among other tunes.
"""

import tempfile
from pathlib import Path

import goldenear as ge
from goldenear.examples import TASTE
from goldenear.plot_sound import plot_clip

library = ge.Taste(TASTE).good
with tempfile.TemporaryDirectory() as folder:
    ge.render(library[0].transposed(4), Path(folder, "played.wav"), tempo=108)
    clip = ge.read_clip(Path(folder, "played.wav"), seconds=8)

found = ge.identify(ge.hear(clip), library, k=5)
print(found)

# %%
# Above, what a microphone hears: every tone with its overtones. Below, the strokes that are seen in it, laid on the notes
# where they match best.
plot_clip(clip, piece=library[found.best.index], match=found.best)
