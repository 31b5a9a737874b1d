"""
The correlogram is the picture's correlation
============================================

Two fragments, drawn; their correlogram from turning points; and SciPy's correlation of the drawings: the same integers.
"""

import numpy as np
from matplotlib.figure import Figure
from scipy.signal import correlate

import goldenear as ge

theme = ge.NoteArray.from_arrays(
    pitch=[60, 62, 64, 60, 67, 65],
    onset=[0, 2, 4, 6, 8, 12],
    duration=[2, 2, 2, 2, 4, 4],
    ticks_per_quarter=2,
)
piece = ge.NoteArray.from_arrays(
    pitch=[*theme.pitch, *(theme.pitch + 5), 48, 55],
    onset=[*theme.onset, *(theme.onset + 20), 0, 16],
    duration=[*theme.duration, *theme.duration, 16, 20],
    ticks_per_quarter=2,
)
c = ge.correlogram(piece, theme)
drawn = correlate(ge.draw(piece).pixels().astype(int), ge.draw(theme).pixels().astype(int), method="direct")
print("equal to the last integer:", np.array_equal(c.values, drawn))
print(c.peaks(2))

# %%
# Bright places are placements where much is shared: the theme itself, and five steps up, ten quarters later.

figure = Figure(figsize=(9, 4), layout="constrained")
axes = figure.add_subplot()
axes.imshow(
    c.values,
    origin="lower",
    aspect="auto",
    cmap="magma",
    extent=(c.shifts[0] / 2, c.shifts[-1] / 2, c.transpositions[0], c.transpositions[-1]),
)
axes.set_xlabel("shift, quarters")
axes.set_ylabel("transposition, steps")
figure
