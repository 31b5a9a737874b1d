"""This file is where music is made to sound as it might be recorded: instruments, tunings, rooms, noise, cuts."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import goldenear as ge

RATE = 44_100
SOUND_BANK = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
DRUMS = 9
"""The channel of the drums, from 0."""

PROGRAMS = (
    0,
    4,
    6,
    11,
    13,
    16,
    19,
    21,
    22,
    24,
    25,
    40,
    42,
    45,
    46,
    48,
    52,
    56,
    60,
    61,
    65,
    68,
    70,
    71,
    73,
    75,
    79,
    82,
)
"""Instruments of General MIDI that hold a pitch: pianos, organs, strings, voices, brass, reeds, flutes."""

TEMPO, FASTER = 120, 0.2
CENTS = 40
STEPS = 5
SECONDS = (5.0, 10.0)
DECIBELS = 20
SILENCE = 40
REVERBERATION = 0.5
"""Seconds in which the room falls silent, by 60 dB."""


def has_sound_bank() -> bool:
    """Say whether FluidSynth and its bank are installed: else all is played by the built-in string."""
    return shutil.which("fluidsynth") is not None and SOUND_BANK.is_file()


def recorded(notes: ge.NoteArray, rng: np.random.Generator) -> ge.Clip:
    """Return 5 to 10 s of the notes, played, tuned and recorded as chance will have it.

    At a tempo of 96 to 144, up to 5 semitones up or down, up to 40 cents off, in a room, with noise 20 dB below.
    """
    tempo = TEMPO * rng.uniform(1 - FASTER, 1 + FASTER)
    wave = played(notes.transposed(int(rng.integers(-STEPS, STEPS + 1))), tempo, rng)
    wave = detuned(wave, rng.uniform(-CENTS, CENTS))
    length = round(rng.uniform(*SECONDS) * RATE)
    start = int(rng.integers(0, max(1, len(wave) - length)))
    return ge.Clip.of(noisy(in_room(wave[start : start + length], rng), rng), RATE, name=notes.name)


def played(notes: ge.NoteArray, tempo: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the notes played at RATE: by an instrument of the sound bank, two times of three, where it is there."""
    import soundfile

    with_bank = has_sound_bank() and rng.random() < 2 / 3
    with tempfile.TemporaryDirectory() as folder:
        wav, midi = Path(folder, "played.wav"), Path(folder, "played.mid")
        if with_bank:
            provenance = replace(notes.provenance, tempos=((0, round(60_000_000 / tempo)),))
            ge.write(replace(notes, brightness=np.abs(notes.brightness), provenance=provenance), midi)
            midi.write_bytes(with_program(midi.read_bytes(), int(rng.choice(PROGRAMS))))
            dry = ["-R", "0", "-C", "0", "-g", "0.6"]
            command = ["fluidsynth", "-ni", *dry, "-F", str(wav), "-r", str(RATE), str(SOUND_BANK), str(midi)]
            subprocess.run(command, check=True, capture_output=True)
        else:
            ge.render(notes, wav, tempo=tempo, sample_rate=RATE)
        wave, _ = soundfile.read(wav, always_2d=True)
    # FluidSynth plays on for some seconds after the last note has died away.
    return np.array(ge.Clip.of(wave, RATE).trimmed(decibels=SILENCE).wave, np.float64)


def with_program(midi: bytes, program: int) -> bytes:
    """Return a MIDI file whose tracks all begin by choosing an instrument, on every channel but the drums'."""
    head, *tracks = midi.split(b"MTrk")
    chosen = b"".join(bytes((0, 0xC0 | channel, program)) for channel in range(16) if channel != DRUMS)
    bodies = (chosen + track[4:] for track in tracks)
    return head + b"".join(b"MTrk" + len(body).to_bytes(4) + body for body in bodies)


def detuned(wave: NDArray[np.float64], cents: float) -> NDArray[np.float64]:
    """Return the sound so many cents higher, and as much shorter."""
    import soxr

    higher: NDArray[np.float64] = soxr.resample(wave, RATE * 2 ** (cents / 1200), RATE)
    return higher


def in_room(wave: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the sound with a room around it, half as loud: noise that dies away."""
    from scipy.signal import fftconvolve

    time = np.arange(round(REVERBERATION * RATE)) / RATE
    echo = rng.normal(size=len(time)) * 10 ** (-3 * time / REVERBERATION)
    wet = fftconvolve(wave, echo)[: len(wave)]
    return wave / _loudness(wave) + 0.5 * wet / _loudness(wet)


def noisy(wave: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the sound with noise 20 dB below it, its peak at .9."""
    heard = wave + rng.normal(size=len(wave)) * _loudness(wave) * 10 ** (-DECIBELS / 20)
    return 0.9 * heard / np.abs(heard).max()


def altered(clip: ge.Clip, steps: int, faster: float) -> ge.Clip:
    """Return a clip so many semitones higher, and so many times as fast: by a phase vocoder."""
    import librosa

    wave = librosa.effects.time_stretch(np.array(clip.wave), rate=faster)
    wave = librosa.effects.pitch_shift(wave, sr=clip.sample_rate, n_steps=steps)
    return ge.Clip.of(wave, clip.sample_rate, name=clip.name)


def _loudness(wave: NDArray[np.float64]) -> float:
    """Return the root of the mean square, never 0."""
    return max(float(np.sqrt(np.square(wave).mean())), 1e-9)
