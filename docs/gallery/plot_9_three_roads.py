"""
Three roads to a verdict
========================

The same samples, good and bad, to three judges: the matcher lays pictures over each other, a convolutional net looks at
constant-Q pictures, a recurrent net listens to the wave itself. Each has a veto. :doc:`/roads` tells which wins when.
"""

from pathlib import Path

import goldenear as ge
from goldenear.examples import CANDIDATES, TASTE


def played(notes: ge.NoteArray) -> ge.Clip:
    """Return how notes sound, their first eight seconds."""
    return ge.clip_of(notes).cut(0, 8)


taste = ge.Taste(TASTE)
good, bad = ([played(sample) for sample in samples] for samples in (taste.good, taste.bad))

# %%
# The matcher has nothing to learn. The nets begin as matchers, too: their first kernels are cut out of the samples; then
# they learn, a minute or two.
matcher = ge.MatcherJudge.fit(good, bad)
cnn = ge.SpectrogramCNN.fit(good, bad, seed=1)
rnn = ge.RawAudioRNN.fit(good, bad, seed=1)

committee = ge.Committee({"matcher": matcher, "CNN": cnn, "RNN": rnn})
clips = [played(ge.read(path)) for path in sorted(CANDIDATES.glob("*.mid"))[:12]]
for clip in clips:
    verdict = committee.judge(clip)
    each = ", ".join(f"{name} {said.outcome}" for name, said in verdict.verdicts.items())
    print(f"{Path(clip.name).stem:36}{verdict.outcome:9}{each}")

# %%
# A tune that both nets like, with a haircut at its end. Where the convolutional net looked:
clip = next(clip for clip in clips if "haircut" in clip.name)
print(cnn.judge(clip).because)
cnn.explain(clip).plot(clip)

# %%
# When the recurrent net made up its mind:
print(rnn.judge(clip).because)
rnn.explain(clip).plot(clip)

# %%
# And what the matcher laid on it, which is a veto:
print(matcher.judge(clip).because)
matcher.judge(clip).plot()
