"""
What chance does with a taste
=============================

A taste of eight good and six bad samples is laid under unrelated music, the background that ships with goldenear.
The picture shows how often chance comes how near, and what the samples say of each other.
"""

import goldenear as ge
from goldenear.examples import TASTE

taste = ge.Taste(TASTE)
samples = {"good": list(taste.good)[:8], "bad": list(taste.bad)[:6]}
calibration = ge.calibrate(ge.Taste.of(**samples))
lowest, highest = calibration.counts_from.min(), calibration.counts_from.max()
print(f"samples count from {lowest:.2f} to {highest:.2f} on; false alarms: {calibration.audit.false_alarms}")
calibration.plot()

# %%
# From now on every similarity has a p-value:

x = taste.good[0].transposed(3)
print(ge.Taste.of(**samples, calibration=calibration).judge(x).because)
