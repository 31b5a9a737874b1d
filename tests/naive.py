"""The definition, in plain loops over whole numbers: slow, obvious, and sharing no code with what it checks.

The names are those of goldenear. A picture is a dict from (is_drum, pitch, tick) to brightness; everything
is read off pixels.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, isqrt, lcm, sqrt

Pixel = tuple[bool, int, int]
Picture = dict[Pixel, int]


def picture(notes, resolution: int | None = None) -> Picture:
    """Paint every note pixel by pixel."""
    scale = 1 if resolution is None else resolution // notes.ticks_per_quarter
    pixels: Picture = {}
    for note in notes:
        for tick in range(note.onset * scale, note.offset * scale):
            assert (note.is_drum, note.pitch, tick) not in pixels, "two notes share a pixel"
            pixels[note.is_drum, note.pitch, tick] = note.brightness
    return pixels


def shared_time(piece: Picture, fragment: Picture, transposition: int, shift: int) -> int:
    """Lay one picture on the other, multiply the pixels that meet, add up. Drums are not transposed."""
    total = 0
    for (is_drum, pitch, tick), brightness in fragment.items():
        place = (is_drum, pitch if is_drum else pitch + transposition, tick + shift)
        total += piece.get(place, 0) * brightness
    return total


def correlogram(piece, fragment) -> dict[tuple[int, int], int]:
    """Return the shared time at every placement where it is not zero, in ticks of the common resolution."""
    resolution = lcm(piece.ticks_per_quarter, fragment.ticks_per_quarter)
    a, b = picture(piece, resolution), picture(fragment, resolution)
    places = set()
    for drum_a, pitch_a, tick_a in a:
        for drum_b, pitch_b, tick_b in b:
            if drum_a == drum_b and (not drum_a or pitch_a == pitch_b):
                places.add((None if drum_a else pitch_a - pitch_b, tick_a - tick_b))
    rows = {p for p, _ in places if p is not None} | {0}
    rows = range(min(rows), max(rows) + 1)
    values = {}
    for transposition in rows:
        for shift in {s for _, s in places}:
            value = shared_time(a, b, transposition, shift)
            if value:
                values[transposition, shift] = value
    return values


def on_grid(notes, grid) -> list[tuple[bool, int, Fraction, Fraction, int]]:
    """Return (is_drum, pitch, onset, offset, brightness) in quarters, rounded to a grid; "exact" rounds nothing.

    To the nearest tick, halves up. An onset on a tick that its line has given away goes to the next; a note lasts a
    tick at least, and ends where the next one of its line begins. Where the grid counts a file exactly it moves none.
    """
    rows = [
        (
            n.is_drum,
            n.pitch,
            Fraction(n.onset, notes.ticks_per_quarter),
            Fraction(n.offset, notes.ticks_per_quarter),
            n.brightness,
        )
        for n in notes
    ]
    if grid == "exact" or grid % notes.ticks_per_quarter == 0:
        return rows
    rounded = []
    for is_drum, pitch in sorted({row[:2] for row in rows}):
        line = sorted(row[2:] for row in rows if row[:2] == (is_drum, pitch))
        taken: list[list[int]] = []
        for onset, offset, _ in line:
            begin, end = (floor(t * grid + Fraction(1, 2)) for t in (onset, offset))
            begin = max(begin, taken[-1][0] + 1) if taken else begin
            if taken:
                taken[-1][1] = min(taken[-1][1], begin)
            taken.append([begin, max(end, begin + 1)])
        for (begin, end), (_, _, brightness) in zip(taken, line, strict=True):
            rounded.append((is_drum, pitch, Fraction(begin, grid), Fraction(end, grid), brightness))
    return rounded


def struck(rows) -> list[tuple[bool, int, Fraction, Fraction, int]]:
    """Return the rows with every stroke of a drum a sixteenth long, or until the next one of the same drum."""
    return [
        (d, p, a, min([a + Fraction(1, 4), *(c for e, q, c, _, _ in rows if e and q == p and c > a)]), v)
        if d
        else (d, p, a, b, v)
        for d, p, a, b, v in rows
    ]


# General MIDI's percussion: what is struck in place of what, and what a little. Any other drum is alone.
FAMILIES = [
    {35, 36, 86, 87},
    {37, 38, 39, 40},
    {42, 44, 51, 53, 54, 59, 69, 70, 73, 74, 82, 83},
    {46, 49, 52, 55, 57},
    {41, 43, 45, 47, 48, 50},
    {60, 61, 62, 63, 64, 65, 66},
    {31, 32, 33, 34, 56, 67, 68, 75, 76, 77, 80, 81, 84, 85},
    {71, 72},
    {78, 79},
]
GROUPS = [FAMILIES[2] | FAMILIES[3], FAMILIES[4] | FAMILIES[5], *FAMILIES]


def on_lines(rows, lines=("own", "family", "group")) -> list[tuple[bool, int, Fraction, Fraction, int]]:
    """Return the rows with each stroke on its own line, on that of its family and on that of its group.

    On the last two the brightest of those struck together counts, and a forbidden place only if nothing sounds within a
    sixteenth.
    """
    found = {}
    for is_drum, drum, onset, _, brightness in rows:
        if is_drum:
            for name, far, sets in (("family", 100_000, FAMILIES), ("group", 200_000, GROUPS)):
                mine = next((members for members in sets if drum in members), {drum})
                if name in lines:
                    found.setdefault(far + max(mine), []).append((onset, brightness))
    shared = []
    for number, strokes in found.items():
        sounding = {a for a, v in strokes if v > 0}
        for onset in {a for a, _ in strokes}:
            together = [v for a, v in strokes if a == onset]
            if onset in sounding:
                shared.append((True, number, onset, None, max(together)))
            elif all(abs(a - onset) >= Fraction(1, 4) for a in sounding):
                shared.append((True, number, onset, None, min(together)))
    return [row for row in rows if "own" in lines or not row[0]] + struck(shared)


def altered(notes, alteration, grid="exact", lines=()) -> list[tuple[bool, int, Fraction, Fraction, int]]:
    """Return (is_drum, pitch, onset, offset, brightness) in quarters: on the grid and its lines, stretched, mirrored."""
    rows = struck(on_grid(notes, grid))
    rows = on_lines(rows, lines) if lines else rows
    first = min(row[2] for row in rows)
    rows = [
        (d, p, first + (a - first) * alteration.stretch, first + (b - first) * alteration.stretch, v)
        for d, p, a, b, v in rows
    ]
    return FORMS[alteration.form](rows)


def backwards(rows):
    """Let the last offset be the first onset."""
    first, last = min(row[2] for row in rows), max(row[3] for row in rows)
    return [(d, p, first + last - b, first + last - a, v) for d, p, a, b, v in rows]


def upside_down(rows):
    """Let the highest pitch be the lowest."""
    pitched = [row[1] for row in rows if not row[0]]
    if not pitched:
        return rows
    mirror = min(pitched) + max(pitched)
    return [(d, p if d else mirror - p, a, b, v) for d, p, a, b, v in rows]


FORMS = {
    "prime": lambda rows: rows,
    "inversion": upside_down,
    "retrograde": backwards,
    "retrograde-inversion": lambda rows: upside_down(backwards(rows)),
}

# What stands above and below the fraction, of: shared time, the sample's own, X's in the window, X's everywhere, the
# literal most, and the clutter; and which root is taken.
MEASURES = {
    "tversky": lambda s, r, e, w, most, c: (s, r + c * (e - s), 1),
    "coverage": lambda s, r, e, w, most, c: (s, r, 1),
    "cosine": lambda s, r, e, w, most, c: (s * s, r * w, 2),
    "window-cosine": lambda s, r, e, w, most, c: (s * s, r * e, 2),
    "brightness": lambda s, r, e, w, most, c: (s, most, 1),
}


def drawn(
    rows, recipe, layer: str, reading: str, octave: int
) -> list[tuple[bool, int, Fraction, Fraction, int]]:
    """Draw notes as they are held or struck, and fold pitch, as the reading says; strokes may still overlap."""
    strokes = []
    for is_drum, pitch, onset, offset, brightness in rows:
        if (layer == "struck" or reading == "rhythm") and not is_drum and brightness > 0:
            after = [c for e, q, c, _, _ in rows if (e, q) == (is_drum, pitch) and c > onset]
            offset = min([onset + recipe.stroke, *after])
        if reading == "octave" and not is_drum:
            pitch %= octave
        if reading == "rhythm":
            is_drum, pitch = False, 0
        strokes.append((is_drum, pitch, onset, offset, brightness))
    return strokes


def painted(strokes, origin: Fraction, resolution: int) -> Picture:
    """Paint strokes from an origin; the brightest wins, and sound wins over a forbidden place."""
    pixels: Picture = {}
    for is_drum, pitch, onset, offset, brightness in strokes:
        begin, end = (onset - origin) * resolution, (offset - origin) * resolution
        assert begin.denominator == end.denominator == 1
        for tick in range(int(begin), int(end)):
            old = pixels.get((is_drum, pitch, tick), 0)
            both_forbidden = old < 0 and brightness < 0
            pixels[is_drum, pitch, tick] = (
                min(old, brightness) if both_forbidden else (max(old, brightness) if old else brightness)
            )
    return pixels


def best_match(x, sample, recipe):
    """Return (similarity, alteration, transposition, onset in X in quarters, shared) of one sample, by looking everywhere."""
    best = None
    for alteration in recipe.alterations:
        found = best_under(x, sample, recipe, alteration)
        if best is None or found[0] > best[0]:
            best = found
    return best


class Layer:
    """Two pictures, painted: X lit and sounding, and the sample; and what a measure needs to know of them."""

    def __init__(self, x_strokes, k_strokes, x_origin, k_origin, resolution, recipe, reading):
        self.unit = recipe.neighbour_share.denominator if reading == "neighbour" else 1
        heard = painted(x_strokes, x_origin, resolution)
        self.heard = {place: b * self.unit for place, b in heard.items()}
        self.lit = dict(self.heard)
        if reading == "neighbour":
            for (is_drum, pitch, tick), b in self.heard.items():
                share = b * recipe.neighbour_share.numerator // recipe.neighbour_share.denominator
                for near in (pitch - 1, pitch + 1):
                    if not is_drum and share > self.lit.get((is_drum, near, tick), 0):
                        self.lit[is_drum, near, tick] = share
        self.k = painted(k_strokes, k_origin, resolution)
        self.bright = {place: b for place, b in self.k.items() if b > 0}

    def similarity(
        self, shared: int, window: int, level: int | None, brightest: int, clutter, recipe, ignored
    ) -> float:
        """Return the fraction that the measure makes of one placement."""
        light, area = sum(self.bright.values()), len(self.bright)
        # Of X's drums, a sample with pitch asks for families alone.
        asked = [b for (is_drum, line, _), b in self.heard.items() if not (is_drum and line in ignored)]
        x_energy, x_light = sum(b * b for b in asked), sum(asked)
        if level is not None:
            # Counted in the sample's brightness: a plain rendition of all of it shares as much as the sample holds.
            average = Fraction(light, area)
            s, r = Fraction(shared, level), Fraction(light)
            e, w = (average * Fraction(energy, level**2) for energy in (window, x_energy))
            most = Fraction(x_light * brightest, level)
        else:
            s, r = Fraction(shared, self.unit), Fraction(sum(b * b for b in self.bright.values()))
            e, w = (Fraction(energy, self.unit**2) for energy in (window, x_energy))
            most = Fraction(x_light * brightest, self.unit)
        if s <= 0:
            return 0.0
        above, below, root = MEASURES[recipe.measure](s, r, e, w, most, clutter)
        if above >= below:
            return 1.0
        found = above / below
        return sqrt(found.numerator / found.denominator) if root == 2 else found.numerator / found.denominator


def mean(held: float, struck: float, recipe) -> float:
    """Return the geometric mean of the layers."""
    if recipe.struck in (0, 1):
        return struck if recipe.struck else held
    product = 1.0
    for factor in [held] * int(4 - 4 * recipe.struck) + [struck] * int(4 * recipe.struck):
        product *= factor
    return sqrt(sqrt(product))


def edges(strokes, painted_over: bool, picture: Picture, origin: Fraction, resolution: int) -> set[int]:
    """Return the ticks at which strokes begin and end; where they were painted over one another, their pixels do."""
    if not painted_over:
        return {int((t - origin) * resolution) for s in strokes for t in s[2:4]}
    return {
        t + later
        for (d, p, t), b in picture.items()
        for later, beside in ((0, -1), (1, 1))
        if picture.get((d, p, t + beside), 0) != b
    }


def placements(x, sample, recipe, alteration):
    """Give (similarity without price, transposition, onset in quarters, shared in ticks, resolution) everywhere."""
    octave, reading = x.steps_per_octave, alteration.reading
    every_line = ("own", "family", "group") if recipe.kit == "families" else ()
    lines = (
        ("family",) if every_line and any(n.brightness > 0 and not n.is_drum for n in sample) else every_line
    )
    x_rows = altered(x.where(x.brightness > 0), type(alteration)(), recipe.grid, every_line)
    k_rows = altered(sample, alteration, recipe.grid, lines)
    names = {0: ["held"], 1: ["struck"]}.get(recipe.struck, ["held", "struck"])
    x_drawn = [drawn(x_rows, recipe, name, reading, octave) for name in names]
    k_drawn = [drawn(k_rows, recipe, name, reading, octave) for name in names]
    x_origin = min(s[2] for strokes in x_drawn for s in strokes)
    k_origin = min(s[2] for strokes in k_drawn for s in strokes if s[4] > 0)
    times = [t - x_origin for strokes in x_drawn for s in strokes for t in s[2:4]]
    times += [t - k_origin for strokes in k_drawn for s in strokes for t in s[2:4]]
    resolution = lcm(*(t.denominator for t in times))
    layers = [
        Layer(a, b, x_origin, k_origin, resolution, recipe, reading)
        for a, b in zip(x_drawn, k_drawn, strict=True)
    ]
    over = reading in ("octave", "rhythm")
    x_times, k_times = set(), set()
    for layer, a, b in zip(layers, x_drawn, k_drawn, strict=True):
        x_times |= edges(a, over, layer.heard, x_origin, resolution)
        k_times |= edges(b, over, layer.k, k_origin, resolution)
    shifts = sorted({a - b for a in x_times for b in k_times})
    every_bright = {place: b for layer in layers for place, b in layer.bright.items()}
    levels = {b for layer in layers for b in layer.heard.values()}
    level = levels.pop() if len(levels) == 1 else None
    brightest = max(every_bright.values())
    pitches = [p for d, p, _ in every_bright if not d]
    k_drums = {p for d, p, _ in every_bright if d}
    clutter = recipe.clutter if pitches else Fraction(1)
    ignored = (
        {line for d, line, *_ in x_rows if d and not 100_000 <= line < 200_000}
        if lines == ("family",)
        else set()
    )
    start, end = min(t for *_, t in every_bright), max(t for *_, t in every_bright) + 1
    margin = max(1, round(octave / 6)) if reading in ("semitone", "neighbour") else 0
    lit, whole_k = ({place for layer in layers for place in getattr(layer, name)} for name in ("lit", "k"))
    x_pitches, all_k = [p for d, p, _ in lit if not d], [p for d, p, _ in whole_k if not d]
    rows = set()
    if x_pitches and all_k:
        rows |= {min(x_pitches) - max(all_k), max(x_pitches) - min(all_k)}
    if not rows or (any(d for d, _, _ in lit) and any(d for d, _, _ in whole_k)):
        rows |= {0}
    rows = range(min(rows), max(rows) + 1)
    if reading == "octave":
        rows = range(octave)
    elif reading == "rhythm":
        rows = range(1)
    elif recipe.transpositions and x_pitches and all_k:
        rows = [p for p in rows if recipe.transpositions[0] <= p <= recipe.transpositions[1]]

    def folded(p: int) -> int:
        return p - octave if reading == "octave" and p > octave // 2 else p

    def shared_in(layer, p: int, shift: int) -> int:
        shared = 0
        for (is_drum, pitch, tick), b in layer.k.items():
            q = pitch if is_drum else pitch + p
            if reading == "octave" and not is_drum:
                q %= octave
            shared += layer.lit.get((is_drum, q, tick + shift), 0) * b
        return shared

    def energy_in(layer, p: int, shift: int) -> int:
        window = 0
        for (is_drum, pitch, tick), b in layer.heard.items():
            if not start + shift <= tick < end + shift:
                continue
            if is_drum:
                inside = pitch in k_drums
            else:
                inside = pitches and (
                    reading == "octave" or min(pitches) - margin <= pitch - p <= max(pitches) + margin
                )
            window += b * b if inside else 0
        return window

    for p in rows:
        for shift in shifts:
            found, shares = [], []
            for layer in layers:
                shared = shared_in(layer, p, shift)
                shares.append(shared)
                energy = energy_in(layer, p, shift)
                found.append(layer.similarity(shared, energy, level, brightest, clutter, recipe, ignored))
            similarity = mean(found[0], found[-1], recipe)
            yield (
                similarity,
                folded(p),
                x_origin + Fraction(shift, resolution),
                shares[0],
                resolution,
                layers[0].unit,
            )


def best_under(x, sample, recipe, alteration):
    """Return the best placement under one alteration."""
    best = None
    for similarity, p, onset, shared, resolution, unit in placements(x, sample, recipe, alteration):
        key = (-similarity, abs(p), p, onset)
        if best is None or key < best[0]:
            best = (key, similarity, p, onset, Fraction(shared, resolution * unit))
    if best is None:
        return 0.0, alteration, 0, None, Fraction(0)
    _, similarity, p, onset, shared = best
    return similarity * alteration.price, alteration, p, onset, shared


def line(notes) -> list[tuple[int, int]]:
    """Return (pitch, ticks to the next onset) of the highest note at each onset."""
    sounding = [n for n in notes if n.brightness > 0 and not n.is_drum]
    onsets = sorted({n.onset for n in sounding})
    top = [max((n for n in sounding if n.onset == onset), key=lambda n: n.pitch) for onset in onsets]
    return [
        (n.pitch, (onsets[i + 1] if i + 1 < len(onsets) else n.offset) - n.onset) for i, n in enumerate(top)
    ]


def aligned(x, sample, alterations, allowed=None) -> float:
    """Return how alike two melodies are, note by note, at the best alteration."""
    best = 0.0
    for alteration in alterations:
        ours = [(p, t * sample.ticks_per_quarter * alteration.stretch.denominator) for p, t in line(x)]
        form = type(alteration)(form=alteration.form)
        theirs = [
            (p, t * x.ticks_per_quarter * alteration.stretch.numerator) for p, t in line(form.apply(sample))
        ]
        if not ours or not theirs:
            continue
        for transposition in likely_transpositions(x, form.apply(sample), allowed):
            points = alignment_points(ours, [(p + transposition, t) for p, t in theirs])
            best = max(best, points / (600 * sqrt(float(len(ours)) * float(len(theirs)))) * alteration.price)
    return best


def likely_transpositions(x, sample, allowed) -> list[int]:
    """Return the two transpositions at which the melodies could share the most time, pitch by pitch."""
    times: list[dict[int, int]] = [{}, {}]
    for time, notes, scale in (
        (times[0], x, sample.ticks_per_quarter),
        (times[1], sample, x.ticks_per_quarter),
    ):
        for pitch, ticks in line(notes):
            time[pitch] = time.get(pitch, 0) + ticks * scale
    low, high = min(times[0]) - max(times[1]), max(times[0]) - min(times[1])
    if allowed:
        low, high = max(low, allowed[0]), min(high, allowed[1])
    shared = {
        t: sum(min(times[0].get(p + t, 0), s) for p, s in times[1].items()) for t in range(low, high + 1)
    }
    return sorted(shared, key=lambda t: (-shared[t], t))[:2]


def alignment_points(ours, theirs) -> int:
    """Return the points of the best alignment, over all ways to pair notes in order."""
    known: dict[tuple[int, int, str], int] = {}

    def rest(i: int, j: int, gap: str) -> int:
        """Return the best of what is still to come, after a gap in "x", in "k", or after a pair."""
        if i == len(ours) and j == len(theirs):
            return 0
        if (i, j, gap) not in known:
            ways = []
            if i < len(ours) and j < len(theirs):
                (p, t), (q, u) = ours[i], theirs[j]
                met = max(600 - 100 * abs(p - q), -600) - 840 + 840 * min(t, u) // max(t, u)
                ways.append(met + rest(i + 1, j + 1, ""))
            if i < len(ours):
                ways.append(rest(i + 1, j, "k") - (60 if gap == "k" else 600))
            if j < len(theirs):
                ways.append(rest(i, j + 1, "x") - (60 if gap == "x" else 600))
            known[i, j, gap] = max(ways)
        return known[i, j, gap]

    return rest(0, 0, "")


def occurrence(piece, fragment, transposition: int, shift: int, resolution: int) -> float:
    """Return how much of a fragment occurs at one placement, `shift` in ticks of the common resolution."""
    up, scale = resolution // fragment.ticks_per_quarter, resolution // piece.ticks_per_quarter
    notes = [n for n in fragment if n.brightness > 0 and not n.is_drum]
    held = [(n.offset - n.onset) * up for n in notes]
    middle = sorted(held)[len(held) // 2]
    weights = [isqrt(1_000_000 * ticks // resolution) for ticks in [*held[:-1], min(held[-1], middle)]]
    points, missing, longest = 0, [], 0
    for j, note in enumerate(notes):
        best = 0
        for other in piece:
            steps = abs(other.pitch - note.pitch - transposition)
            if other.brightness <= 0 or other.is_drum or steps > 2:
                continue
            if other.onset * scale == note.onset * up + shift:
                a, b = (other.offset - other.onset) * scale, held[j]
                most = (1000, 500, 400)[steps]
                best = max(best, most if j == len(notes) - 1 else most * (a + b) // (2 * max(a, b)))
        points += best * weights[j]
        missing = [] if best else [*missing, weights[j]]
        if len(missing) > 1:
            longest = max(longest, sum(missing))
    chance = 0.8 / sqrt(len(notes))
    return ((points - 1000 * longest) / (1000 * sum(weights)) - chance) / (1 - chance)
