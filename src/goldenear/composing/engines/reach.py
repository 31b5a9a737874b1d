"""How far the struck layer of each sample reaches on a draft, laid by the loops that rank samples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from goldenear.composing.engines.sources import SOURCES
from goldenear.correlate.backends.records import int8s
from goldenear.match.kernels.code_cache import fingerprint as fingerprint_of
from goldenear.match.kernels.driver import similarity_bound
from goldenear.match.kernels.pairs import set_pair
from goldenear.match.kernels.sweep import lay


def entries(fingerprint: int) -> Any:
    """Return the function that is called from outside."""

    @njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
    def raise_reached(
        pieces: Any, parts: Any, packs: Any, meetings: Any, variants: Any, rules: Any, floors: NDArray[np.float64],
        reached: NDArray[np.float64], pairs: Any, rooms: Any,
    ) -> None:  # fmt: skip
        """Raise `reached` to the greatest similarity of each sample and alteration on a part of a draft.

        Exact where a similarity reaches its floor. Floors and similarities, before the weight, are of shape
        (samples x alterations,); nothing is laid where a floor is above 1. The records are those of
        :mod:`goldenear.match.kernels.driver`.
        """
        if fingerprint == 0:
            return
        pair = pairs[0]
        scene = pieces[0], parts[0], packs[0], rules[0], pair, rooms[0]
        alone = int8s(packs[0].alone, packs[0].n_alone)
        count = variants[0].n_picture
        for which in range(len(floors)):
            if floors[which] > 1:
                continue
            sample, v = which // count, which % count
            own = alone[sample]
            set_pair(scene, meetings[own], variants[own], sample, v, False)
            pair.floor = max(floors[which], reached[which])
            if similarity_bound(scene) > 0:
                lay(scene)
                reached[which] = max(reached[which], pair.height)

    return raise_reached


raise_reached = entries(fingerprint_of(SOURCES))
