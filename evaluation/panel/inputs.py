"""The inputs of the panel: what is judged, what a musician says of it, and why. Written before any was judged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import goldenear as ge
from evaluation.panel.music import (
    BLOCK,
    CLAP,
    CRASH,
    FILL,
    GROOVES,
    HAT,
    KICK,
    OPEN,
    RIDE,
    RIM,
    SHAKER,
    SNARE,
    after,
    at_tempo,
    bass,
    beat,
    broken,
    drone,
    held,
    in_three,
    line,
    on,
    part,
    piano,
    scale_steps,
    swung,
    to_minor,
    tunes,
)
from evaluation.robustness import jittered, ornamented, other_pitches, together, with_columns

GOOD_TUNES = (
    "ode",
    "amazing-grace",
    "au-clair",
    "greensleeves",
    "scarborough",
    "washerwoman",
    "ferry",
    "winter road",
)
BAD_TUNES = (
    "jingle-bells",
    "yankee-doodle",
    "frere-jacques",
    "deck-the-halls",
    "scale",
    "arpeggio",
    "cadence",
)
GOOD_PIECES = ("minuet", "sonata", "nocturne", "rag", "lullaby")
BAD_PIECES = ("boogie", "ballad", "carousel", "fanfare")
GOOD_GROOVES = ("boom-bap", "bossa", "samba", "funk", "jazz waltz", "one drop", "disco", "twelve-eight")
BAD_GROOVES = ("rock", "hats", "metronome", "polka")

ODE, GRACE, CLAIR, FERRY = "D A D A D A D D", "G G C G G G D G", "C C G C C C G C", "F Dm F C Dm F G F"
JINGLE, DECK = "G G G G C G D D", "F F C F F F C F"


SEED = 20
"""Of wrong notes, ornaments and uneven playing."""

PLAIN = {
    "eight repeated notes",
    "repeated notes in eighths",
    "a bass of roots and fifths",
    "a walking bass",
    "a drone with a fifth",
    "a trill",
    "held chords alone",
    "broken chords alone",
    "sonata's left hand",
    "carousel's left hand",
    "repeated chords",
    "a scale in octaves",
    "octaves that walk",
    "kick alone",
    "a shaker alone",
    "hat in sixteenths with a kick",
}
"""Inputs that hold what half of all music has, and nothing else: none may be vetoed."""

Row = tuple[str, str, ge.NoteArray]
"""What an input is called, why a musician says of it what they say, and its notes."""


class Input(NamedTuple):
    """Something to judge."""

    taste: str
    name: str
    expected: str
    """What a musician says: good, bad or neither."""
    why: str
    notes: ge.NoteArray


def inputs() -> list[Input]:
    """Return all inputs, taste by taste."""
    every = {
        "tunes": (good_tunes, bad_tunes, neither_tunes),
        "piano": (good_piano, bad_piano, neither_piano),
        "grooves": (good_grooves, bad_grooves, neither_grooves),
    }
    return [
        Input(taste, name, expected, why, notes.named(name))
        for taste, three in every.items()
        for expected, rows in zip(("good", "bad", "neither"), three, strict=True)
        for name, why, notes in rows()
    ]


def tastes() -> dict[str, ge.Taste]:
    """Return the three tastes."""

    def taste(good: dict[str, ge.NoteArray], bad: dict[str, ge.NoteArray]) -> ge.Taste:
        parts = {
            kind: [notes.named(f"{kind}/{name}") for name, notes in of.items()]
            for kind, of in (("good", good), ("bad", bad))
        }
        return ge.Taste.of(**parts)

    return {
        "tunes": taste({n: tunes()[n] for n in GOOD_TUNES}, {n: tunes()[n] for n in BAD_TUNES}),
        "piano": taste({n: piano(n) for n in GOOD_PIECES}, {n: piano(n) for n in BAD_PIECES}),
        "grooves": taste(
            {n: beat(GROOVES[n]) for n in GOOD_GROOVES}, {n: beat(GROOVES[n]) for n in BAD_GROOVES}
        ),
    }


def good_tunes() -> list[Row]:
    """Return what the taste of tunes is to find good."""
    t = tunes()
    ode, grace, clair, ferry, road = (
        t[n] for n in ("ode", "amazing-grace", "au-clair", "ferry", "winter road")
    )
    rng = np.random.default_rng(SEED)
    triads = together(ode, scale_steps(ode, -2, 62), scale_steps(ode, -4, 62))
    octaves = together(ode, ode.transposed(12), bass(ODE, octave=2))
    return [
        ("ode, a fourth higher", "the same tune in another key", ode.transposed(5)),
        ("ode, two notes wrong", "a slip changes no tune", other_pitches(ode, 0.07, rng)),
        ("ode in thirds", "a second voice below it", together(ode, scale_steps(ode, -2, 62))),
        ("ode in sixths", "a second voice above it", together(ode, scale_steps(ode, 5, 62))),
        ("ode in close triads", "harmonised note by note", triads),
        ("ode over held chords", "chords in its own register", together(ode, held(ODE))),
        (
            "ode over broken chords",
            "an accompaniment that any tune may have",
            together(ode, broken(ODE, octave=3)),
        ),
        ("ode with its bass", "a bass below it", together(ode, bass(ODE))),
        ("ode in octaves with bass", "doubled and with a bass", octaves),
        ("ode over a drone", "a bagpipe's drone", together(ode, drone(ode, 50))),
        ("ode ornamented", "turns on some notes", ornamented(ode, 0.4, rng)),
        ("ode, its first half", "four bars of it are the tune", part(ode, 0, 16)),
        ("ode in minor", "the tune in minor is known at once", to_minor(ode, 62)),
        ("ode in three", "the tune in another metre is known", in_three(ode)),
        ("ode, 5 % slower", "nobody hears so small a change", at_tempo(ode, 0.05)),
        ("ode, 8 % faster", "a little faster is the same tune", at_tempo(ode, -0.08)),
        ("ode, played", "as hands play it", jittered(ode, 20, rng)),
        (
            "ode, twice as fast",
            "double tempo",
            with_columns(ode.at_resolution(48), onset=ode.onset, duration=ode.duration),
        ),
        (
            "amazing grace with its bass",
            "roots and fifths say nothing of a tune",
            together(grace, bass(GRACE, each=3.0)),
        ),
        (
            "amazing grace over broken chords",
            "the tune is what is heard",
            together(grace, broken(GRACE, each=3.0, octave=3)),
        ),
        ("au clair in sixths", "a second voice", together(clair, scale_steps(clair, 5, 60))),
        ("au clair over held chords", "chords in its register", together(part(clair, 0, 32), held(CLAIR))),
        (
            "greensleeves, a fourth higher, over a drone",
            "transposed and accompanied",
            together(t["greensleeves"].transposed(5), drone(t["greensleeves"], 50)),
        ),
        (
            "greensleeves, half as fast",
            "half tempo",
            with_columns(
                t["greensleeves"], onset=2 * t["greensleeves"].onset, duration=2 * t["greensleeves"].duration
            ),
        ),
        ("scarborough with graces", "sung with ornaments", ornamented(t["scarborough"], 0.5, rng)),
        ("washerwoman, a fifth lower", "another key", t["washerwoman"].transposed(-7)),
        ("washerwoman, its second half", "half of it is enough", part(t["washerwoman"], 12, 24)),
        ("ferry swung", "swung eighths", swung(ferry)),
        ("ferry in thirds with bass", "arranged", together(ferry, scale_steps(ferry, -2, 65), bass(FERRY))),
        ("winter road, two notes wrong", "slips", other_pitches(road, 0.1, rng)),
    ]


def bad_tunes() -> list[Row]:
    """Return what the taste of tunes is to find bad."""
    t = tunes()
    ode, jingle, yankee, frere, deck = (
        t[n] for n in ("ode", "jingle-bells", "yankee-doodle", "frere-jacques", "deck-the-halls")
    )
    rng = np.random.default_rng(SEED)
    return [
        ("jingle bells", "the sample itself", jingle),
        ("jingle bells, a third lower", "another key", jingle.transposed(-4)),
        (
            "jingle bells in thirds",
            "a second voice saves nobody",
            together(jingle, scale_steps(jingle, -2, 67)),
        ),
        ("jingle bells over block chords", "chords save nobody", together(jingle, held(JINGLE))),
        (
            "jingle bells in octaves with bass",
            "arranged",
            together(jingle, jingle.transposed(12), bass(JINGLE)),
        ),
        (
            "jingle bells after the ode",
            "the veto holds whatever stands beside it",
            after(part(ode, 0, 16), jingle),
        ),
        (
            "yankee doodle, half as fast",
            "half tempo",
            with_columns(yankee, onset=2 * yankee.onset, duration=2 * yankee.duration),
        ),
        ("yankee doodle ornamented", "turns hide nothing", ornamented(yankee, 0.3, rng)),
        (
            "frere jacques as a round",
            "three voices of it",
            together(frere, frere.shifted(8 * 24), frere.shifted(16 * 24)),
        ),
        ("deck the halls over broken chords", "accompanied", together(deck, broken(DECK, octave=3))),
        (
            "deck the halls under a descant",
            "another voice above it",
            together(deck, line("f - - - e - - - d - c - f - - - g - f - e - - - d - - - c - - -")),
        ),
    ]


def neither_tunes() -> list[Row]:
    """Return what the taste of tunes is to find neither."""
    t = tunes()
    ode = t["ode"]
    return [
        ("eight repeated notes", "a repeated note is no tune", line("G G G G G G G G")),
        (
            "repeated notes in eighths",
            "a repeated note is no tune",
            line("G G G G G G G G G G G G G G G G", each=0.5),
        ),
        ("a bass of roots and fifths", "any song may stand on it", bass("C F G C")),
        (
            "a walking bass",
            "a bass is no tune",
            line("C E G A Bb A G E F A c D G F E D", octave=2),
        ),
        ("a drone with a fifth", "one chord", together(drone(ode, 48), drone(ode, 55))),
        ("a trill", "two notes", line("c d " * 16, each=0.25)),
        ("held chords alone", "any song may stand on them", held("C Am F G")),
        ("broken chords alone", "an accompaniment", broken("C G Am F", octave=3)),
        ("a new tune", "nobody knows it", t["harbour"]),
        (
            "a new tune over broken chords",
            "broken chords are in half of all music",
            together(t["harbour"], broken("G Am D G Em Am D G", octave=3)),
        ),
        (
            "a new tune with its bass",
            "a bass says nothing",
            together(t["lantern"], bass("C F G C F Dm G C", each=3.0)),
        ),
        ("a new tune with a run", "one run up the scale", t["run in a tune"]),
        (
            "a new tune that ends as many do",
            "a common close",
            after(part(t["harbour"], 0, 24), line("c d c B c - - -")),
        ),
        ("a new jig", "of the same style as a good sample, and another tune", t["jig"]),
        ("a row of twelve notes", "of another style", t["stairs"]),
        (
            "a waltz lilt",
            "new, accompanied",
            together(t["lantern"], line(". C+E C+E . D+F D+F . B,+D B,+D . C+E C+E " * 2)),
        ),
    ]


def good_piano() -> list[Row]:
    """Return what the taste of piano is to find good."""
    minuet, sonata, nocturne, rag, lullaby = (
        piano(n) for n in ("minuet", "sonata", "nocturne", "rag", "lullaby")
    )
    rng = np.random.default_rng(SEED)
    return [
        ("minuet, two notes wrong", "slips", other_pitches(minuet, 0.05, rng)),
        ("minuet, a tone lower", "another key", minuet.transposed(-2)),
        ("minuet, played", "as hands play it", jittered(minuet, 20, rng)),
        ("minuet, its right hand", "one hand is the piece", piano("minuet", 1)),
        ("minuet, its first half", "four bars are the piece", part(minuet, 0, 12)),
        ("minuet, 5 % slower", "nobody hears so small a change", at_tempo(minuet, 0.05)),
        (
            "minuet over other chords",
            "the melody is the piece",
            together(piano("minuet", 1), held("G Em C G Am G D D", each=3.0, octave=3)),
        ),
        ("minuet in octaves", "doubled", together(minuet, piano("minuet", 1).transposed(12))),
        ("minuet ornamented", "as it was played", ornamented(minuet, 0.3, rng)),
        ("sonata, a fifth higher", "another key", sonata.transposed(7)),
        ("sonata, its right hand", "the melody is the piece", piano("sonata", 1)),
        (
            "sonata over block chords",
            "another accompaniment",
            together(piano("sonata", 1), held("C G F C", octave=3)),
        ),
        ("sonata, 8 % faster", "a little faster", at_tempo(sonata, -0.08)),
        (
            "sonata after a new minuet",
            "it is in there, and nothing bad",
            after(piano("other-minuet"), sonata),
        ),
        ("nocturne, two notes wrong", "slips", other_pitches(nocturne, 0.04, rng)),
        ("nocturne, a third higher", "another key", nocturne.transposed(4)),
        ("nocturne, its right hand", "the melody is the piece", piano("nocturne", 1)),
        ("rag, played", "as hands play it", jittered(rag, 15, rng)),
        ("rag, its right hand", "its syncopation is the piece", piano("rag", 1)),
        ("rag, a tone higher", "another key", rag.transposed(2)),
        (
            "lullaby over held chords",
            "another accompaniment",
            together(piano("lullaby", 1), held("D G Em D D G D D", octave=3)),
        ),
        ("lullaby, its first half", "four bars", part(lullaby, 0, 16)),
        (
            "lullaby, half as fast",
            "half tempo",
            with_columns(lullaby, onset=2 * lullaby.onset, duration=2 * lullaby.duration),
        ),
    ]


def bad_piano() -> list[Row]:
    """Return what the taste of piano is to find bad."""
    minuet, lullaby, boogie, ballad, carousel, fanfare = (
        piano(n) for n in ("minuet", "lullaby", "boogie", "ballad", "carousel", "fanfare")
    )
    rng = np.random.default_rng(SEED)
    return [
        ("boogie", "the sample itself", boogie),
        ("boogie in F", "another key", boogie.transposed(5)),
        ("boogie, its left hand", "the bass figure is what it is known by", piano("boogie", 2)),
        ("boogie, its first half", "two bars are enough", part(boogie, 0, 8)),
        (
            "boogie's bass under another tune",
            "the figure is there",
            together(
                piano("boogie", 2),
                line("e - g - a - g - e - d - c - - - f - a - c' - a - g - e - c - - -", each=0.5),
            ),
        ),
        ("ballad in thirds", "thickened", together(ballad, scale_steps(piano("ballad", 1), -2, 60))),
        ("ballad, a third lower", "another key", ballad.transposed(-3)),
        (
            "ballad, broken",
            "its tune over other figures",
            together(piano("ballad", 1), broken("C Am F G", octave=3)),
        ),
        ("carousel", "the sample itself", carousel),
        ("carousel, its right hand", "its tune", piano("carousel", 1)),
        (
            "carousel, a fourth lower, played",
            "another key, as hands play it",
            jittered(carousel.transposed(-5), 20, rng),
        ),
        ("fanfare over a drone", "accompanied", together(fanfare, drone(fanfare, 34))),
        (
            "fanfare after half a minuet",
            "the bad half beside a good half",
            after(part(minuet, 0, 12), fanfare),
        ),
        ("boogie after the lullaby", "the veto holds", after(lullaby, boogie)),
    ]


def neither_piano() -> list[Row]:
    """Return what the taste of piano is to find neither."""
    return [
        ("sonata's left hand", "Alberti's figure is in half of all sonatas", piano("sonata", 2)),
        (
            "a new tune over the sonata's left hand",
            "the figure says nothing",
            together(
                line("e - d - c - g - f - d - B - c - a - g - f - c - d - e - c - - -", each=0.5),
                piano("sonata", 2),
            ),
        ),
        ("carousel's left hand", "oom-pah-pah is every waltz", piano("carousel", 2)),
        (
            "a new waltz",
            "a waltz, and another one",
            together(
                line("e - g f - a g - b c' - - b - a g - e f - d c - -"),
                line(
                    "C, E+G E+G G,, F+G F+G C, E+G E+G C, E+G E+G G,, F+G F+G C, E+G E+G G,, F+G F+G C, E+G E+G",
                    octave=3,
                ),
            ),
        ),
        ("an etude in two hands", "runs", piano("etude")),
        ("another minuet", "of the same style", piano("other-minuet")),
        ("a hymn", "of another style", piano("hymn")),
        ("an invention", "of another style", piano("invention")),
        ("repeated chords", "one chord", line("C+E+G " * 16, octave=4)),
        (
            "a scale in octaves",
            "a scale",
            together(
                line("C D E F G A B c c B A G F E D C", each=0.5),
                line("C D E F G A B c c B A G F E D C", each=0.5, octave=3),
            ),
        ),
        ("octaves that walk", "a bass", line("C+c D+d E+e F+f G+g F+f E+e D+d", octave=2)),
    ]


def good_grooves() -> list[Row]:
    """Return what the taste of grooves is to find good."""
    g = GROOVES
    rng = np.random.default_rng(SEED)
    walk = line("C - E - G - A - C - E - G - A -", each=0.5, octave=2)
    return [
        ("boom-bap", "the sample itself, twice as long", beat(g["boom-bap"], 4)),
        ("boom-bap on the ride", "the ride plays what the hat played", beat(on(g["boom-bap"], HAT, RIDE))),
        ("boom-bap with a clap", "a clap for the snare", beat(on(g["boom-bap"], SNARE, CLAP))),
        ("boom-bap with a fill", "three bars of it, and a fill", beat(g["boom-bap"], 4, last=FILL)),
        ("boom-bap with a bass", "a bass guitar beside it", together(beat(g["boom-bap"]), walk)),
        ("boom-bap, played", "as a drummer plays it", jittered(beat(g["boom-bap"], 4), 12, rng)),
        ("boom-bap swung a little", "as it is played", beat(g["boom-bap"], 2, swung=0.3)),
        ("bossa", "the sample itself; its hat is no reason for a veto", beat(g["bossa"])),
        ("bossa on the ride", "a bossa on the ride is a bossa", beat(on(g["bossa"], HAT, RIDE))),
        ("bossa with a bass", "a bass beside it", together(beat(g["bossa"]), walk)),
        ("bossa, 5 % slower", "nobody hears so small a change", at_tempo(beat(g["bossa"]), 0.05)),
        ("samba", "the sample itself", beat(g["samba"])),
        ("samba on the hat", "a hat for the shaker", beat(on(g["samba"], SHAKER, HAT))),
        ("funk", "the sample itself", beat(g["funk"])),
        ("funk with a fill", "three bars of it, and a fill", beat(g["funk"], 4, last=FILL)),
        ("funk on the ride", "the ride for the hat", beat(on(g["funk"], HAT, RIDE))),
        ("jazz waltz", "the sample itself", beat(g["jazz waltz"], 4)),
        ("jazz waltz, played", "as a drummer plays it", jittered(beat(g["jazz waltz"], 4), 12, rng)),
        ("one drop", "the sample itself; its hat is no reason for a veto", beat(g["one drop"])),
        ("one drop on the snare", "a snare for the rim", beat(on(g["one drop"], RIM, SNARE))),
        ("disco", "the sample itself", beat(g["disco"])),
        ("disco with a clap", "a clap for the snare", beat(on(g["disco"], SNARE, CLAP))),
        (
            "disco with a crash",
            "a crash on the first beat",
            together(beat(g["disco"], 4), beat({CRASH: "x..............."}, 1)),
        ),
        ("twelve-eight", "the sample itself", beat(g["twelve-eight"])),
        ("twelve-eight on the ride", "the ride for the hat", beat(on(g["twelve-eight"], HAT, RIDE))),
    ]


def bad_grooves() -> list[Row]:
    """Return what the taste of grooves is to find bad."""
    g = GROOVES
    rng = np.random.default_rng(SEED)
    walk = line("C - E - G - A - C - E - G - A -", each=0.5, octave=2)
    return [
        ("rock", "the sample itself", beat(g["rock"], 4)),
        ("rock on the ride", "the ride for the hat", beat(on(g["rock"], HAT, RIDE))),
        ("rock on an open hat", "loud, and the same beat", beat(on(g["rock"], HAT, OPEN))),
        ("rock with a fill", "three bars of it, and a fill", beat(g["rock"], 4, last=FILL)),
        ("rock with a bass", "a bass beside it", together(beat(g["rock"]), walk)),
        ("rock, played", "as a drummer plays it", jittered(beat(g["rock"], 4), 12, rng)),
        (
            "rock with a crash",
            "a crash on the first beat",
            together(beat(g["rock"], 4), beat({CRASH: "x..............."}, 1)),
        ),
        ("rock, 8 % faster", "a little faster", at_tempo(beat(g["rock"], 4), -0.08)),
        (
            "rock, half of it after a samba",
            "the veto holds",
            together(beat(g["samba"]), beat(g["rock"]).shifted(8 * 24)),
        ),
        ("polka", "the sample itself", beat(g["polka"])),
        ("polka with a clap", "a clap for the snare", beat(on(g["polka"], SNARE, CLAP))),
        ("metronome", "the sample itself, and nothing else", beat(g["metronome"])),
        ("metronome on a wood block", "a metronome on another drum", beat({BLOCK: g["metronome"][56]})),
    ]


def neither_grooves() -> list[Row]:
    """Return what the taste of grooves is to find neither."""
    g = GROOVES
    return [
        ("surf", "another beat, on ride and toms", beat(g["surf"])),
        ("march", "another beat", beat(g["march"])),
        ("half-time", "another beat, on the same drums", beat(g["half-time"])),
        ("tango", "of another style", beat(g["tango"])),
        ("afro", "of another style", beat(g["afro"])),
        ("breaks", "another beat, on the same drums", beat(g["breaks"])),
        ("kick alone", "a pulse that most grooves share", beat({KICK: "x...x...x...x..."})),
        ("a shaker alone", "a pulse", beat({SHAKER: "xxxxxxxxxxxxxxxx"})),
        (
            "hat in sixteenths with a kick",
            "a pulse",
            beat({HAT: "xxxxxxxxxxxxxxxx", KICK: "x..............."}),
        ),
    ]
