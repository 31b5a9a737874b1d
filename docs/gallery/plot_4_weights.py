"""
What an alteration leaves
=========================

The same tune in every default alteration, ranked against itself: the similarity is the weight of the alteration.
"""

import goldenear as ge

tune = ge.NoteArray.from_arrays(
    pitch=[67, 69, 71, 74, 72, 72, 76, 74, 74, 79],
    onset=[0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
    duration=[2] * 9 + [6],
    ticks_per_quarter=2,
    name="tune",
)
for alteration in ge.Recipe().alterations:
    match = ge.rank(alteration.apply(tune), [tune]).best
    print(f"{match.similarity:.3f}  {str(alteration) or 'as it is'}")
