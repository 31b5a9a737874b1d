"""Hostile files of a taste: taste.toml, the choice beside a sample, and calibration.json."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from hostile.case import ABSURD, Case, flips, scrambled, spread

SETTINGS = {
    "measure": '"tversky"', "clutter": '"1/4"', "struck": '"3/4"', "stroke": '"1/4"', "aligned": "0.0",
    "brightness": '"plain"', "steps_per_octave": "12", "grid": "96", "transpositions": '"all"',
    "neighbour_share": '"1/2"', "kit": '"families"',
}  # fmt: skip
"""Keys of taste.toml and what usually stands there."""

VALUES = (
    "nan", "inf", "-1", "1e308", "9999999999999999999999", "[]", "{}", '""', '"text"', '"1/0"', "true", "1979-05-27",
    '["all"]', "[0, 9999999999999999999999]", '"\\u001b[2J"', "0x7fffffffffffffff", "1" * 100_000, '"' + "x" * 100_000 + '"',
    "[" * 2_000 + "]" * 2_000, "-0.0", '"1e999999999"', '"99999999999/1"',
)  # fmt: skip

CHOICE = {"track": '["a"]', "channel": "[1]", "voice": '["1"]', "drums": '["none"]'}
"""Keys of the file beside a sample."""

BROKEN = {
    "no TOML": "= = =",
    "a table twice": "[reading]\n[reading]\n",
    "a key twice": "grid = 96\ngrid = 96\n",
    "an unknown key": "fairness = 1\n",
    "an unknown table": "[justice]\nfair = true\n",
    "nested tables": ".".join(["a"] * 3_000) + " = 1\n",
    "a zero": "grid = 96\0\n",
    "a string that nobody ends": 'kit = """' + "x" * 1_000,
    "many keys": "".join(f"k{number} = 1\n" for number in range(20_000)),
    "a deep array": "grid = " + "[" * 100_000,
    "a deep table": "grid = " + "{a=" * 50_000,
}


def cases(random: Random) -> Iterator[Case]:
    """Give hostile files that stand in a taste."""
    yield from _toml(random, "taste.toml", SETTINGS)
    yield from _toml(random, "choice", CHOICE)
    yield from _calibrations(random)


def case(kind: str, name: str, data: bytes, outcome: str) -> Case:
    """Return a case of a file that stands in a taste."""
    return Case(kind, name, data, "", outcome)  # type: ignore[arg-type]


def _toml(random: Random, kind: str, keys: dict[str, str]) -> Iterator[Case]:
    """Give settings that make no sense."""
    for key in keys:
        for number, value in enumerate(VALUES):
            yield case(kind, f"{key} = {value[:24]}, {number}", f"{key} = {value}\n".encode(), "safe")
    for table in ("thresholds", "alterations", "reading", "samples"):
        for number, value in enumerate(VALUES):
            for key in ("good", "drums", "keep_small", "forms"):
                yield case(
                    kind,
                    f"[{table}] {key} = {value[:24]}, {number}",
                    f"[{table}]\n{key} = {value}\n".encode(),
                    "safe",
                )
    for name, text in BROKEN.items():
        yield case(kind, name, text.encode(), "refused")
    for name, data in (
        ("no UTF-8", b"grid = \xff"),
        ("UTF-16", "grid = 96".encode("utf-16")),
        ("binary", bytes(range(256))),
    ):
        yield case(kind, name, data, "refused")
    whole = "".join(f"{key} = {value}\n" for key, value in keys.items()).encode()
    for name, data in (*flips(random, whole, 40), *scrambled(random, whole, 20)):
        yield case(kind, name, data, "safe")


def _calibrations(random: Random) -> Iterator[Case]:
    """Give calibrations that nobody sealed."""
    table = {"version": 1, "good": [0.5], "bad": [0.5], "seal": "0" * 32}
    whole = json.dumps(table).encode()
    for length in spread(1, len(whole) - 1, 20):
        yield case("calibration.json", f"cut to {length} bytes", whole[:length], "safe")
    for number, text in enumerate(
        (*ABSURD, "[]", "{}", "null", '{"seal": 1}', "[" * 100_000, '{"a":' * 50_000, "1" * 5_000)
    ):
        yield case("calibration.json", f"no calibration, {number}: {text[:12]}", text.encode(), "safe")
    for name, data in (*flips(random, whole, 30), *scrambled(random, whole, 20)):
        yield case("calibration.json", name, data, "safe")
    yield case("calibration.json", "binary", bytes(range(256)), "safe")
