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

verdicts = [taste.judge(ge.read(path)) for path in sorted(CANDIDATES.glob("*.mid"))]
vetoed = next(verdict for verdict in verdicts if "although" in verdict.because)
print(vetoed.because)
vetoed.plot()
