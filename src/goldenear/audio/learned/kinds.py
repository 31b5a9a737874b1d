"""This file is where the kinds of learned judges stand side by side, and a file is asked which of them it holds."""

from __future__ import annotations

import os
from collections.abc import Mapping

from goldenear.arguments import file_name
from goldenear.audio.learned import net_file
from goldenear.audio.learned.learned_judge import LearnedJudge
from goldenear.audio.learned.raw_audio_rnn import RawAudioRNN
from goldenear.audio.learned.spectrogram_cnn import SpectrogramCNN
from goldenear.audio.learned.wavenet_judge import WaveNetJudge
from goldenear.errors import UnreadableFile

KINDS: Mapping[str, type[LearnedJudge]] = {"cnn": SpectrogramCNN, "rnn": RawAudioRNN, "wavenet": WaveNetJudge}
"""The kinds, by their short names."""


def load_judge(path: str | os.PathLike[str]) -> LearnedJudge:
    """Return the learned judge in a file, whichever kind it is.

    Parameters
    ----------
    path : str or PathLike
        What :meth:`LearnedJudge.save` wrote: ``.safetensors``, no pickle.

    Raises
    ------
    UnreadableFile
        If it is missing, damaged, or holds no judge.
    MissingExtra
        If safetensors is not installed (extra ``torch``).
    """
    held = net_file.kind_in(file_name("path", path))
    for kind in KINDS.values():
        if kind.net.name == held:
            return kind.load(path)
    raise UnreadableFile(path, f"it holds no judge of a kind known here, but {held!r}")
