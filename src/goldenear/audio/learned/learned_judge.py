"""This file is where a net becomes a judge: it learns from clips, gives verdicts, and is kept on disk."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from goldenear.arguments import Progress, file_name, function, kind_of, shown, text, whole_number
from goldenear.audio.learned import net_file
from goldenear.audio.learned.attribution import Attribution
from goldenear.audio.learned.learning import learn, probabilities
from goldenear.audio.learned.net import Net
from goldenear.audio.learned.net_file import NAMES, Card, Heard, Kind, are_names
from goldenear.audio.learned.net_weights import Floats, tensors
from goldenear.audio.learned.steady import steady, torch_here
from goldenear.audio.learned.verdict import SHORTEST, LearnedVerdict
from goldenear.errors import InvalidInput
from goldenear.hearing.clip import Clip, must_be_a_clip, several_clips

GOOD_AND_BAD = ("good", "bad")


@dataclass(frozen=True, eq=False)
class LearnedJudge(ABC):
    """A net that has heard clips of some classes; make one with :meth:`fit`, or :meth:`load` it.

    Attributes
    ----------
    weights : mapping of str to float32 array
        Its matrices, frozen.
    classes : tuple of str
        What it tells apart: ``("good", "bad")`` after :meth:`fit`.
    sizes : mapping of str to int
        Its sizes.
    heard : Heard
        How it learned.

    Notes
    -----
    On the CPU, the same clips and seed give the same weights to the bit; torch's and NumPy's random states
    are neither read nor changed.
    """

    net: ClassVar[Net]

    weights: Mapping[str, NDArray[np.float32]]
    classes: tuple[str, ...]
    sizes: Mapping[str, int]
    heard: Heard

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {', '.join(self.classes)}, {self.heard.right:.0%} right>"

    @classmethod
    def fit(
        cls,
        good: Sequence[Clip],
        bad: Sequence[Clip],
        *,
        seed: int = 0,
        device: str = "cpu",
        progress: Progress[int] | None = None,
    ) -> Self:
        """Return a judge that has learned to tell good clips from bad ones.

        Parameters
        ----------
        good, bad : sequence of Clip
            At least one each, of a tenth of a second or more. From 20 pieces of each on, a tenth is held out, and
            tells when to stop; clips of one file and name are cuts of one piece.
        seed : int
            At least 0. Of all that is drawn.
        device : str
            Torch's name of where it learns.
        progress : callable, optional
            Takes the epochs and a word, and gives the epochs one by one: to draw a progress bar.

        Raises
        ------
        InvalidInput
            If there are no clips of a kind, one is silent or too short, or an argument is out of range.
        MissingExtra
            If torch is not installed.
        """
        both = dict(zip(GOOD_AND_BAD, (good, bad), strict=True))
        return cls.fit_classes(both, seed=seed, device=device, progress=progress)

    @classmethod
    def fit_classes(
        cls,
        clips: Mapping[str, Sequence[Clip]],
        *,
        seed: int = 0,
        device: str = "cpu",
        progress: Progress[int] | None = None,
    ) -> Self:
        """Return a net that tells classes of clips apart, two or more; :meth:`fit` describes the rest."""
        cls._must_be_of_a_kind()
        whole_number("seed", seed, 0, 2**63 - 1)
        text("device", device)
        function("progress", progress)
        clips = _to_learn_from(clips)
        torch_here()
        heard = [[cls.net.heard(clip) for clip in some] for some in clips.values()]
        sizes = cls.net.sizes([h for some in heard for h in some])
        with steady(device) as where:
            weights, how = learn(
                cls.net, sizes, heard, _pieces(clips), seed=seed, device=where, progress=progress
            )
        return cls(_frozen(weights), tuple(clips), sizes, how)

    def probabilities(self, clip: Clip) -> dict[str, float]:
        """Return the probability of each class, as the net believes."""
        must_be_a_clip(clip)
        with steady() as where:
            chances = probabilities(self.net, self.sizes, tensors(self.weights, where), self.net.heard(clip))
        return {name: float(chance) for name, chance in zip(self.classes, chances, strict=True)}

    def judge(self, clip: Clip) -> LearnedVerdict:
        """Return the verdict on a clip.

        Raises
        ------
        InvalidInput
            If the net has learned other classes than good and bad.
        """
        if set(self.classes) != set(GOOD_AND_BAD):
            raise InvalidInput(
                f"this net tells {', '.join(self.classes)} apart, not good and bad: ask its probabilities"
            )
        must_be_a_clip(clip)
        name = type(self).__name__
        if clip.is_silent or clip.seconds < SHORTEST:
            return LearnedVerdict(clip.name, name, 0.5, silent=True)
        return LearnedVerdict(clip.name, name, self.probabilities(clip)["good"])

    @abstractmethod
    def explain(self, clip: Clip) -> Attribution:
        """Return what each part of a clip adds to the logit of good over that of bad.

        With other classes than good and bad, the first takes the place of good, and the second that of bad.
        """

    def _said(self, clip: Clip) -> str:
        """Return the verdict's reason; nothing where the classes are others than good and bad."""
        return self.judge(clip).because if set(self.classes) == set(GOOD_AND_BAD) else ""

    def _pair(self) -> tuple[int, int]:
        """Return the places of good and bad among the classes, or of the first two."""
        if set(self.classes) != set(GOOD_AND_BAD):
            return 0, 1
        return self.classes.index("good"), self.classes.index("bad")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the judge to a file.

        Raises
        ------
        InvalidInput
            If the file cannot be written.
        """
        net_file.write(
            file_name("path", path), self._kind(), Card(self.classes, self.sizes, self.heard), self.weights
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the judge in a file.

        Raises
        ------
        UnreadableFile
            If it is missing, damaged, or holds no judge of this kind.
        MissingExtra
            If safetensors is not installed.
        """
        cls._must_be_of_a_kind()
        card, weights = net_file.read(file_name("path", path), cls._kind())
        return cls(_frozen(weights), card.classes, card.sizes, card.heard)

    @classmethod
    def _must_be_of_a_kind(cls) -> None:
        """Raise InvalidInput if this is the common part of all judges, which cannot judge by itself."""
        if not hasattr(cls, "net"):
            raise InvalidInput(
                f"{cls.__name__}: expected one of its kinds, such as SpectrogramCNN; load_judge loads any"
            )

    @classmethod
    def _kind(cls) -> Kind:
        """Return what its files must be."""
        return Kind(cls.net.name, cls.net.limits, cls.net.shapes)


def _to_learn_from(clips: object) -> dict[str, tuple[Clip, ...]]:
    """Return the clips of every class; InvalidInput unless there is something to learn from each."""
    if not isinstance(clips, Mapping):
        raise InvalidInput(f"clips: expected a mapping of classes to clips, got {kind_of(clips)}")
    if not are_names(list(clips)):
        raise InvalidInput(f"clips: expected as classes {NAMES}, got {shown(list(clips))}")
    given = {name: several_clips(name, some) for name, some in clips.items()}
    for name, some in given.items():
        if not some:
            raise InvalidInput(f"{name}: expected at least one clip, got none")
        for clip in some:
            reason = "silent" if clip.is_silent else "too short" if clip.seconds < SHORTEST else ""
            if reason:
                raise InvalidInput(
                    f"{name}: {clip.name or 'a clip'} is {reason}: there is nothing to learn from it"
                )
    return given


def _pieces(clips: Mapping[str, Sequence[Clip]]) -> list[list[str]]:
    """Return which piece each clip is from: by its file and its name; what has neither stands alone."""
    return [
        [f"{clip.path} {clip.name}".strip() or f"clip {i} of {name}" for i, clip in enumerate(some)]
        for name, some in clips.items()
    ]


def _frozen(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the weights, read-only."""
    kept = {name: np.array(weight) for name, weight in weights.items()}
    for weight in kept.values():
        weight.flags.writeable = False
    return kept
