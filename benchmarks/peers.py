"""This file is where others answer the same question: the brightest placement of one picture on another.

Every peer is given the pictures drawn, padded, of the type it likes best, and X's transform where it can be used
again; only the comparison itself is timed. All of them look at every transposition and every shift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

Picture = NDArray[np.float32]
Answer = list[float]
Shape = tuple[int, int]

BATCH = 8
"""Pictures transformed at a time: more do not stay in the cache, and take longer each."""


@dataclass(frozen=True)
class Peer:
    """One formulation.

    Attributes
    ----------
    library, name : str
        Whose it is, and which of theirs.
    ready : callable
        Takes X's picture and those of samples; returns what is timed, which returns a number for each sample.
    batch : int
        How many pictures it wants at a time.
    direct : bool
        It multiplies every pixel with every pixel, which is hopeless where pictures are large.
    normalised : bool
        Its answer is the place (a flat index into the full correlation) that it holds for the most alike after
        normalising: not the raw maximum, but a place of the same correlogram.
    """

    library: str
    name: str
    ready: Callable[[Picture, Sequence[Picture]], Callable[[], Answer]]
    batch: int = 1
    direct: bool = False
    normalised: bool = False


def scipy_correlate(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """As the documentation has it: float64, both transformed anew."""
    wide, widened = x.astype(np.float64), [k.astype(np.float64) for k in ks]
    return lambda: [signal.correlate(wide, k, method="fft").max() for k in widened]


def scipy_correlate_float32(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The same on 32 bits."""
    return lambda: [signal.correlate(x, k, method="fft").max() for k in ks]


def scipy_fftconvolve_float32(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """A convolution with the picture turned about, on 32 bits."""
    turned = [np.ascontiguousarray(k[::-1, ::-1]) for k in ks]
    return lambda: [signal.fftconvolve(x, k).max() for k in turned]


def scipy_oaconvolve_float32(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The convolution by blocks, for a short picture on a long one."""
    turned = [np.ascontiguousarray(k[::-1, ::-1]) for k in ks]
    return lambda: [signal.oaconvolve(x, k).max() for k in turned]


def scipy_transform_reused(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """Real transforms of good lengths on 32 bits; X's is made beforehand."""
    shapes = [good_shape(x, k) for k in ks]
    transforms = {shape: np.conj(fft.rfft2(x, shape)) for shape in set(shapes)}
    pairs = list(zip(ks, shapes, strict=True))
    return lambda: [
        fft.irfft2(transforms[shape] * fft.rfft2(k, shape), shape, overwrite_x=True).max()
        for k, shape in pairs
    ]


def opencv_match_template(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The function made for it, on X with a margin of the sample's size."""
    import cv2

    pairs = [(padded(x, *(((n - 1), (n - 1)) for n in k.shape)), k) for k in ks]
    return lambda: [cv2.matchTemplate(image, k, cv2.TM_CCORR).max() for image, k in pairs]


def opencv_filter(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The same as a filter, which wants half the margin."""
    import cv2

    pairs = [(padded(x, *((n - 1 - n // 2, n // 2) for n in k.shape)), k) for k in ks]
    return lambda: [
        cv2.filter2D(image, cv2.CV_32F, k, borderType=cv2.BORDER_CONSTANT).max() for image, k in pairs
    ]


def skimage_match_template(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The function made for it, on 64 bits; it normalises, so it tells the place."""
    return _skimage([x.astype(np.float64)] * len(ks), [k.astype(np.float64) for k in ks])


def skimage_match_template_float32(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """The same on 32 bits, whose rounding now and then prefers a dark place."""
    return _skimage([x] * len(ks), ks)


def _skimage(xs: Sequence[NDArray[Any]], ks: Sequence[NDArray[Any]]) -> Callable[[], Answer]:
    """Give X half a margin; the function adds its own."""
    from skimage.feature import match_template

    pairs = [
        (padded(x, *((n - 1 - (n - 1) // 2, (n - 1) // 2) for n in k.shape)), k)
        for x, k in zip(xs, ks, strict=True)
    ]
    return lambda: [match_template(image, k, pad_input=True).argmax() for image, k in pairs]


def torch_conv2d(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """A convolution layer whose weight is the sample."""
    import torch
    from torch.nn.functional import conv2d

    image = torch.from_numpy(x)[None, None]
    weights = [torch.from_numpy(k)[None, None] for k in ks]

    def run() -> Answer:
        with torch.inference_mode():
            return [conv2d(image, k, padding=(k.shape[2] - 1, k.shape[3] - 1)).amax().item() for k in weights]

    return run


def torch_conv2d_batched(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """A convolution layer with a channel for every sample."""
    import torch
    from torch.nn.functional import conv2d

    image = torch.from_numpy(x)[None, None]
    weight = torch.from_numpy(stacked(ks))[:, None]

    def run() -> Answer:
        with torch.inference_mode():
            found: Any = conv2d(image, weight, padding=(weight.shape[2] - 1, weight.shape[3] - 1))
            return found.amax((0, 2, 3)).tolist()  # type: ignore[no-any-return]

    return run


def torch_fft(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """Real transforms, one pair at a time; X's is made beforehand."""
    return _torch_fft(x, ks, 1)


def torch_fft_batched(x: Picture, ks: Sequence[Picture]) -> Callable[[], Answer]:
    """Real transforms of many samples at a time; X's is made beforehand."""
    return _torch_fft(x, ks, BATCH)


def _torch_fft(x: Picture, ks: Sequence[Picture], batch: int) -> Callable[[], Answer]:
    """Sort samples by height, so that those transformed together waste little, and lay each batch on X."""
    import torch

    order = sorted(range(len(ks)), key=lambda i: ks[i].shape)
    batches = []
    for first in range(0, len(ks), batch):
        stack = stacked([ks[i] for i in order[first : first + batch]])
        shape = good_shape(x, stack[0])
        transform = torch.fft.rfft2(torch.from_numpy(x), s=shape).conj().resolve_conj()
        batches.append((transform, torch.from_numpy(stack), shape))

    def run() -> Answer:
        found: Answer = []
        with torch.inference_mode():
            for transform, stack, shape in batches:
                values = torch.fft.irfft2(transform * torch.fft.rfft2(stack, s=shape), s=shape)
                found += values.amax((1, 2)).tolist()
        ordered = [0.0] * len(ks)
        for i, value in zip(order, found, strict=True):
            ordered[i] = value
        return ordered

    return run


def good_shape(x: Picture, k: Picture) -> Shape:
    """Return a size, no smaller than the full correlation, that transforms quickly."""
    rows, columns = (a + b - 1 for a, b in zip(x.shape, k.shape, strict=True))
    return fft.next_fast_len(rows, real=False), fft.next_fast_len(columns, real=True)


def stacked(ks: Sequence[Picture]) -> NDArray[np.float32]:
    """Return pictures as one array, smaller ones filled up with darkness: it shares no time."""
    stack = np.zeros((len(ks), max(k.shape[0] for k in ks), max(k.shape[1] for k in ks)), np.float32)
    for i, k in enumerate(ks):
        stack[i, : k.shape[0], : k.shape[1]] = k
    return stack


def padded(x: NDArray[Any], rows: tuple[int, int], columns: tuple[int, int]) -> NDArray[Any]:
    """Return a picture with a dark margin."""
    return np.pad(x, (rows, columns))


MODULES = {"OpenCV": "cv2", "scikit-image": "skimage", "PyTorch": "torch"}

SCIPY, OPENCV, SKIMAGE, TORCH = "SciPy", "OpenCV", "scikit-image", "PyTorch"

PEERS = (
    Peer(SCIPY, "correlate(method='fft')", scipy_correlate),
    Peer(SCIPY, "correlate, float32", scipy_correlate_float32),
    Peer(SCIPY, "fftconvolve, float32", scipy_fftconvolve_float32),
    Peer(SCIPY, "rfft2, X's reused", scipy_transform_reused),
    Peer(OPENCV, "matchTemplate(TM_CCORR)", opencv_match_template),
    Peer(OPENCV, "filter2D", opencv_filter),
    Peer(SKIMAGE, "match_template", skimage_match_template, normalised=True),
    Peer(SKIMAGE, "match_template, float32", skimage_match_template_float32, normalised=True),
    Peer(TORCH, "conv2d", torch_conv2d, direct=True),
    Peer(TORCH, "conv2d, 4 at a time", torch_conv2d_batched, batch=4, direct=True),
    Peer(TORCH, "rfft2, X's reused", torch_fft),
    Peer(TORCH, f"rfft2, {BATCH} at a time", torch_fft_batched, batch=BATCH),
)


def installed(peers: Sequence[Peer]) -> list[Peer]:
    """Return the peers whose library is here."""
    return [peer for peer in peers if find_spec(MODULES.get(peer.library, "scipy"))]
