"""
A verdict and its picture
=========================

The example taste judges a candidate; the picture lays the deciding sample over it.
"""

import goldenear as ge
from goldenear.examples import CANDIDATES, TASTE

taste = ge.Taste(TASTE)
for path in sorted(CANDIDATES.glob("*.mid")):
    verdict = taste.judge(ge.read(path))
    print(f"{verdict.outcome:8}{verdict.score:+.2f}  {path.name}")

# %%
# A candidate that resembles a good sample and is vetoed all the same:

vetoed = [
    v for v in (taste.judge(ge.read(p)) for p in sorted(CANDIDATES.glob("*.mid"))) if "although" in v.because
]
print(vetoed[0].because)
vetoed[0].plot()
