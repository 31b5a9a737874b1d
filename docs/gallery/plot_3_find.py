"""
Finding a subject in a fugue-like texture
=========================================

A subject enters as it is, answered a fifth higher, augmented, and inverted; ``find`` tells where.
"""

from fractions import Fraction

import numpy as np

import goldenear as ge

subject = ge.NoteArray.from_arrays(
    pitch=[62, 69, 65, 62, 61, 62, 64, 65],
    onset=[0, 4, 8, 12, 16, 20, 22, 24],
    duration=[4, 4, 4, 4, 4, 2, 2, 8],
    ticks_per_quarter=2,
)
entries = [
    subject,
    subject.transposed(7).shifted(32),
    ge.Alteration(stretch=Fraction(2)).apply(subject).transposed(-12).shifted(64),
    ge.Alteration(form="inversion").apply(subject).transposed(12).shifted(128),
]
piece = ge.NoteArray.from_arrays(
    pitch=np.concatenate([e.pitch for e in entries]),
    onset=np.concatenate([e.onset for e in entries]),
    duration=np.concatenate([e.duration for e in entries]),
    ticks_per_quarter=2,
    name="piece",
)
for match in ge.find(piece, subject):
    print(f"{match.similarity:.2f}  {match.where()}")
