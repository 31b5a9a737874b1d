"""This file is where the music stands that the example taste is asked about, and the verdict it is to give."""

from fractions import Fraction

from examples_source import bad, good
from examples_source.notation import Example, Phrase

SAMPLES = {example.name: example for example in good.EXAMPLES + bad.EXAMPLES}

STEPS_OF_AN_OCTAVE = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

PIANO_KEYS = " ".join(
    ["A0", "A#0", "B0", *(f"{step}{octave}" for octave in range(1, 8) for step in STEPS_OF_AN_OCTAVE), "C8"]
)


def quoted(sample: str, voice: str, up: int = 0, stretch: Fraction = Fraction(1), mirror: str = "") -> Phrase:
    """Return a voice of a sample, moved."""
    music = SAMPLES[sample].voices[voice]
    assert isinstance(music, str)
    return Phrase(music, up, stretch, mirror)


LIKE_A_GOOD_ONE = (
    Example(
        name="greensleeves-up-a-fourth",
        title="Greensleeves, a fourth higher",
        comment="English, traditional, about 1580; for a singer with a higher voice.",
        meter="6/8",
        tempo=84,
        pickup=Fraction(1, 2),
        voices={"melody": quoted("greensleeves", "melody", up=5)},
        expect="good",
        why="A tune transposed is the same tune.",
    ),
    Example(
        name="invention-in-augmentation",
        title="Invention in long notes",
        comment="J. S. Bach, Invention No. 1, BWV 772, every note twice as long.",
        meter="4/4",
        tempo=132,
        voices={
            "right hand": quoted("bach-invention-1", "right hand", stretch=Fraction(2)),
            "left hand": quoted("bach-invention-1", "left hand", stretch=Fraction(2)),
        },
        expect="good",
        why="Augmentation keeps a motif what it is.",
    ),
    Example(
        name="lisdoonvarna-in-common-time",
        title="The Road to Lisdoonvarna, in common time",
        comment="Irish, traditional; the slide as triplets, two thirds as long.",
        meter="4/4",
        tempo=130,
        voices={"whistle": quoted("road-to-lisdoonvarna", "whistle", up=-2, stretch=Fraction(2, 3))},
        expect="good",
        why="Twelve quavers in four triplets are the same dance, written otherwise, a tone lower.",
    ),
    Example(
        name="auld-lang-syne-as-uncle-sings-it",
        title="Auld Lang Syne, as my uncle sings it",
        comment="Scottish, traditional; a folk variant with passing notes, set down for goldenear.",
        meter="4/4",
        tempo=92,
        pickup=Fraction(1),
        voices={
            "melody": """
                C4:1/2 D4 | F4:3/2 F4:1/2 F4:1 A4 | G4:3/2 F4:1/2 G4:1 A4:1/2 G4 | F4:3/2 G4:1/2 A4:1 C5 |
                D5:5/2 C5:1/2 D5:1 | C5:3/2 A4:1/2 A4 G4 F4:1 | G4 A4:1/2 F4 G4:1 A4:1/2 G4 |
                F4:3/2 D4:1/2 D4 C4 C4:1 | F4:3""",
        },
        expect="good",
        why="A dozen notes are changed, the tune is not.",
    ),
    Example(
        name="scarborough-fair-with-graces",
        title="Scarborough Fair, ornamented",
        comment="English, traditional, in G Dorian; the turns are composed for goldenear.",
        meter="3/4",
        tempo=112,
        voices={
            "melody": Phrase(
                """
                D4:2 E4:1/2 D4 | A4:1 A4 A4:1/2 G4 | E4:3/2 F4:1/2 E4 C4 | D4:3 |
                r:1 A4 B4:1/2 C5 | D5:3/2 E5:1/2 C5:1 | A4 B4:1/2 A4 G4:1 | A4:3""",
                up=5,
            ),
        },
        expect="good",
        why="The long notes stay where they were, only the short ones between them are new.",
    ),
    Example(
        name="c-minor-fugue-answer",
        title="Fugue in C minor, the answer",
        comment="J. S. Bach, BWV 847, 1722, bars 3-5, with the countersubject put an octave lower.",
        meter="4/4",
        tempo=80,
        voices={
            "soprano": """
                r:1/2 G5:1/4 F#5 G5:1/2 C5 Eb5 G5:1/4 F#5 G5:1/2 A5 |
                D5 G5:1/4 F#5 G5:1/2 A5 C5:1/4 D5 Eb5:1 D5:1/4 C5 |
                Bb4:1 r:3""",
            "alto": Phrase(
                """
                Eb4:1/4 C5 B4 A4 G4 F4 Eb4 D4 C4:1/2 Eb5 D5 C5 |
                Bb4 A4 Bb4 C5 F#4 G4 A4 F#4 | G4:1 r:3""",
                up=-12,
            ),
        },
        expect="good",
        why="A tonal answer bends one interval of its subject, and comes with company.",
    ),
    Example(
        name="morning-mood-in-the-mirror",
        title="Evening mood",
        comment="Grieg's flute tune of 1875 upside down, lower, over chords composed for goldenear.",
        meter="6/8",
        tempo=72,
        voices={
            "clarinet": quoted("morning-mood", "flute", up=-12, mirror="G#5"),
            "strings": "[F2 C3 Ab3]:3 | ~:3 | [Db2 Ab2 F3]:3 | [Bb1 F2 Db3]:3/2 [F2 C3]",
        },
        expect="good",
        why="The inversion of a good motif is one of its forms, whatever lies below.",
    ),
    Example(
        name="gymnopedie-one-tone-lower",
        title="Gymnopédie with another ending",
        comment="Erik Satie, 1888, in C, its last two bars led elsewhere for goldenear.",
        meter="3/4",
        tempo=69,
        voices={
            "melody": Phrase("r:3 | r | r:1 F#5 A5 | G5 F#5 C#5 | B4 C#5 E5 | D5:2 B4:1", up=-2),
            "chords": Phrase(
                """
                r:1 [B3 D4 F#4]:2 | r:1 [A3 C#4 F#4]:2 | r:1 [B3 D4 F#4]:2 |
                r:1 [A3 C#4 F#4]:2 | r:1 [B3 D4 F#4]:2 | r:1 [G#3 D4 F#4]:2""",
                up=-2,
            ),
            "bass": Phrase("G2:3 | D2 | G2 | D2 | G2 | E2", up=-2),
        },
        expect="good",
        why="Four bars out of six are Satie's, and the rest leans on them.",
    ),
    Example(
        name="largo-in-the-cellos",
        title="Largo with a descant",
        comment="Dvořák's tune of 1893 an octave lower, under a violin line composed for goldenear.",
        meter="4/4",
        tempo=52,
        voices={
            "violin": """
                r:2 Ab5 | Gb5:1 F5:1/2 Eb5 F5:2 | r:1 Db6 C6:1/2 Bb5 Ab5:1 | Gb5:1/2 Ab5 Bb5 C6 Db6:2""",
            "cellos": quoted("new-world-largo", "cor anglais", up=-12),
        },
        expect="good",
        why="What another voice does in another register does not hide the tune.",
    ),
    Example(
        name="passion-chorale-in-e-minor",
        title="Passion chorale with passing notes",
        comment="Hassler's tune of 1601, in four voices set for goldenear, a tone higher and with quavers.",
        meter="4/4",
        tempo=60,
        pickup=Fraction(1),
        voices={
            "soprano": Phrase(
                "A4:1 | D5 C5:1/2 A4 Bb4:1 A4 | G4:2 A4:1 E5 | F5 F5:1/2 D5 E5:1 E5 | D5:3", up=2
            ),
            "alto": quoted("passion-chorale", "alto", up=2),
            "tenor": quoted("passion-chorale", "tenor", up=2),
            "bass": Phrase(
                """
                D3:1/2 C3 | Bb2:1 A2:1/2 F2 G2:1 D3:1/2 C3 | Bb2:2 A2:1/2 G2 A2:1 |
                D3:1/2 C3 Bb2 A2 G2:1 A2 | D3:3""",
                up=2,
            ),
        },
        expect="good",
        why="Passing notes in two of four voices leave the chorale standing.",
    ),
    Example(
        name="boom-bap-second-verse",
        title="Boom-bap, second verse",
        comment="The same groove with other ghost notes and another turn in the bass: composed for goldenear.",
        meter="4/4",
        tempo=90,
        voices={
            "drums": """
                [kick hat]:1/2 hat [snare hat] [hat]:1/4 kick hat:1/4 kick [kick hat]:1/2 [snare hat] hat |
                [kick hat]:1/2 hat:1/4 kick [snare hat]:1/2 hat:1/4 snare
                [kick hat] r hat kick [snare hat]:1/2 openhat |
                [kick hat]:1/2 hat [snare hat] [hat]:1/4 kick hat:1/4 kick [kick hat]:1/2 [snare hat] hat |
                [kick hat]:1/2 hat:1/4 kick [snare hat]:1/2 hat kick:1/4 kick hat r [snare hat]:1/2 hat:1/4 kick""",
            "bass": """
                E2:3/4 r:1/4 r:1/2 G2:1/4 A2 r:1/2 B2:1/4 A2 G2:1/2 r |
                E2:3/4 D2:1/4 r:1 B1:1/2 E2 D2:1/2 r |
                E2:3/4 r:1/4 r:1/2 G2:1/4 A2 r:1/2 B2:1/4 A2 B2:1/2 r |
                A2:3/4 G2:1/4 r:1 E2:1/2 D2:1/4 E2 G2:1/2 B1""",
        },
        expect="good",
        why="A groove may change its ghost notes from verse to verse.",
    ),
)

WITH_A_BAD_ONE = (
    Example(
        name="ode-to-joy-with-stock-cadence",
        title="Ode to Joy, spoilt at the end",
        comment="Beethoven, 1824, six bars, and the stock cadence in D after them.",
        meter="4/4",
        tempo=144,
        voices={
            "melody": (quoted("ode-to-joy", "melody"), "|", quoted("stock-cadence", "melody", up=2)),
            "bass": ("r:24", quoted("stock-cadence", "bass", up=2)),
        },
        expect="bad",
        why="It resembles a good tune to the note, and the cadence vetoes it.",
    ),
    Example(
        name="auld-lang-syne-over-stock-cadence",
        title="Auld Lang Syne, spoilt from below",
        comment="Scottish, traditional, an octave higher; beneath its last two bars the stock cadence in F.",
        meter="4/4",
        tempo=92,
        pickup=Fraction(1),
        voices={
            "melody": (quoted("auld-lang-syne", "melody", up=12), "r:1"),
            "viola": ("r:25", quoted("stock-cadence", "melody", up=-7)),
            "bass": ("r:25", quoted("stock-cadence", "bass", up=-7)),
        },
        expect="bad",
        why="A cliché in a lower register is still a cliché.",
    ),
    Example(
        name="amen-before-the-largo",
        title="Largo after an amen",
        comment="Three bars of amen in D flat, then Dvořák's Largo of 1893.",
        meter="4/4",
        tempo=52,
        voices={
            "soprano": (quoted("amen", "soprano", up=1), "|", quoted("new-world-largo", "cor anglais")),
            "alto": (quoted("amen", "alto", up=1), "r:16"),
            "tenor": (quoted("amen", "tenor", up=1), "r:16"),
            "bass": (quoted("amen", "bass", up=1), "r:16"),
        },
        expect="bad",
        why="The tune is whole and good; what comes before it is a sample of the bad ones.",
    ),
    Example(
        name="drowsy-maggie-and-a-haircut",
        title="Drowsy Maggie, two bits",
        comment="Irish, traditional, with the knock on the door at its end.",
        meter="4/4",
        tempo=200,
        voices={
            "fiddle": (quoted("drowsy-maggie", "fiddle"), "|", quoted("shave-and-a-haircut", "melody", up=2)),
            "guitar": ("r:16", quoted("shave-and-a-haircut", "bass", up=2)),
        },
        expect="bad",
        why="Even in fun: a good reel with a bad tag is vetoed.",
    ),
    Example(
        name="stock-cadence-in-slow-motion",
        title="Grave, with the usual close",
        comment="Two bars composed for goldenear, then the stock cadence, lower and half as long again.",
        meter="6/4",
        tempo=120,
        voices={
            "melody": (
                "G4:2 Ab4:1 F#4:2 r:1 | Bb4:2 A4:1 Eb5:2 D5:1 |",
                quoted("stock-cadence", "melody", up=-4, stretch=Fraction(3, 2)),
            ),
            "bass": (
                "Eb3:3 C3 | Bb2 Eb3 |",
                quoted("stock-cadence", "bass", up=-4, stretch=Fraction(3, 2)),
            ),
        },
        expect="bad",
        why="Solemnity is no disguise.",
    ),
    Example(
        name="ringtone-in-the-cellar",
        title="Lento for cello and viola",
        comment="Tárrega's four bars of 1902 far down and stretched into common time, under a line for goldenear.",
        meter="4/4",
        tempo=60,
        voices={
            "viola": "F#4:3 G#4:1 | B4:3 A#4:1 | G#4:2 C#5 | D#5:4",
            "cello": quoted("ringtone", "telephone", up=-34, stretch=Fraction(4, 3)),
        },
        expect="bad",
        why="Transposed by almost three octaves and stretched by a third, the telephone still rings.",
    ),
    Example(
        name="sonatina-with-five-fingers",
        title="Sonatina in G",
        comment="Two bars that promise something, then the exercise in quavers: composed for goldenear after Hanon.",
        meter="4/4",
        tempo=144,
        voices={
            "right hand": (
                "B4:3/2 A4:1/2 G4:1 D5 | C5 B4:1/2 A4 G4:2 |",
                quoted("five-finger-exercise", "right hand", up=7, stretch=Fraction(2)),
                "| G5:3 r:1",
            ),
            "left hand": "G2:4 | D3:2 G2 | G2:4 | A2 | B2 | C3:2 D3 | G2:3 r:1",
        },
        expect="bad",
        why="An exercise at half speed in the middle of a phrase is an exercise.",
    ),
    Example(
        name="alberti-in-a-hurry",
        title="Allegro in D",
        comment="Two bars of a song, then the Alberti bass with its doodle, twice as fast: composed for goldenear.",
        meter="4/4",
        tempo=100,
        voices={
            "right hand": (
                "F#5:3/2 G5:1/2 A5:1 D5 | B5 A5:1/2 G5 F#5:2 |",
                quoted("alberti-doodle", "right hand", up=2, stretch=Fraction(1, 2)),
            ),
            "left hand": (
                "D3:1 [A3 D4]:3 | G2:1 [B3 D4] D3 [A3 D4] |",
                quoted("alberti-doodle", "left hand", up=2, stretch=Fraction(1, 2)),
            ),
        },
        expect="bad",
        why="Speed changes nothing about the left hand.",
    ),
    Example(
        name="falling-down-the-stairs",
        title="Falling down the stairs",
        comment="A phrase that loses its footing on every key of the piano: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "clarinet": (
                "G5:1 E5:1/2 D5 C5:1 G4 |",
                quoted("chromatic-run", "run", up=12, mirror="C4"),
                "| F3:1 A3:1/2 C4 F4:2",
            ),
        },
        expect="bad",
        why="The run upside down is the same run.",
    ),
    Example(
        name="the-lick-over-walking-bass",
        title="The Lick, in triplets",
        comment="A minor third higher, two thirds as long, over a walking bass: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "trumpet": quoted("the-lick", "saxophone", up=3, stretch=Fraction(2, 3)),
            "bass": "F2:1 Ab2 Bb2 D3 | Eb3 Bb2 G2 Eb2",
        },
        expect="bad",
        why="Every trumpeter thinks that nobody will notice.",
    ),
    Example(
        name="four-chords-with-a-tune",
        title="Summer single",
        comment="The four chords in F with a tune above and a bass below: composed for goldenear.",
        meter="4/4",
        tempo=118,
        voices={
            "voice": """
                C6:3/2 A5:1/2 F5:2 | G5:3/2 A5:1/2 C6:2 | D6:1 C6 A5 F5 | F5:1/2 G5 A5:1 G5:2""",
            "keyboard": quoted("four-chords", "chords", up=5),
            "bass": "F2:4 | C3 | D3 | Bb2",
        },
        expect="bad",
        why="The tune is harmless, the chords are the four chords.",
    ),
    Example(
        name="andalusian-with-castanets",
        title="Souvenir of Seville",
        comment="The Andalusian cadence a minor third lower, with castanets: composed for goldenear.",
        meter="4/4",
        tempo=126,
        voices={
            "guitar": quoted("andalusian-cadence", "guitar", up=-3),
            "drums (castanets)": """
                rim:1/2 rim:1/4 rim rim:1/2 rim rim rim:1/4 rim rim:1/2 rim |
                rim rim:1/4 rim rim:1/2 rim rim rim:1/4 rim rim:1/2 rim |
                rim rim:1/4 rim rim:1/2 rim rim rim:1/4 rim rim:1/2 rim |
                rim rim:1/4 rim rim:1/2 rim rim:2""",
        },
        expect="bad",
        why="Castanets do not make it better.",
    ),
    Example(
        name="four-on-the-floor-with-bass",
        title="Four on the floor, now with bass",
        comment="The machine goes on, a bass fills the gaps: composed for goldenear.",
        meter="4/4",
        tempo=128,
        voices={
            "drums": quoted("four-on-the-floor", "drums"),
            "bass": "r:1/2 A1 r A1 r A1 r C2 | r D2 r D2 r E2 r G1",
        },
        expect="bad",
        why="Pitched notes do not excuse the drums beside them.",
    ),
    Example(
        name="ringtone-over-block-chords",
        title="The call comes through",
        comment="Tárrega's four bars of 1902, a tenth lower, among block chords set for goldenear.",
        meter="3/4",
        tempo=160,
        voices={
            "right hand": quoted("ringtone", "telephone", up=-16),
            "left hand": Phrase(
                """
                [D4 G#4 B4]:1 [D4 G#4 B4] [D4 E4 B4] | [D4 E4 G#4] [E4 G#4 B4] [D4 G#4 B4] |
                [C#4 E4 C#5] [E4 A4 C#5] [C#4 A4 C#5] | [C#4 E4 C#5]:3""",
                up=-4,
            ),
        },
        expect="bad",
        why="Chords on every beat, in the tune's own register, do not silence the telephone.",
    ),
    Example(
        name="station-jingle-in-thirds",
        title="Change at the next station",
        comment="The jingle a minor third higher, with a second bell in thirds below it: composed for goldenear.",
        meter="4/4",
        tempo=108,
        voices={
            "bell": quoted("station-jingle", "glockenspiel", up=3),
            "second bell": Phrase(
                """
                E4:1/4 A4 C5 F5 A5:2 r:1 | E4:1/4 A4 C5 F5 A5:2 r:1 | F5:1 D5 E5 A4:1""",
                up=3,
            ),
        },
        expect="bad",
        why="Whoever sings along in thirds sings the same tune.",
    ),
)

LIKE_NOTHING_KNOWN = (
    Example(
        name="twelve-notes",
        title="Twelve notes",
        comment="A row in wide leaps, once through: composed for goldenear.",
        meter="4/4",
        tempo=66,
        voices={
            "violin": """
                F4:3/2 E5:1/2 C#6:1 r:1/2 D4 | G5:1/4 r F#4:1/2 Bb5:2 A3:1 |
                Eb5:1 C4:1/2 r B5:3/2 Ab4:1/2 | [F4 E5 C#6]:2 r""",
        },
        expect="neither",
        why="No sample leaps like this.",
    ),
    Example(
        name="shuffle-riff",
        title="Shuffle in A",
        comment="A blues riff that climbs to the flat fifth and thinks better of it: composed for goldenear.",
        meter="12/8",
        tempo=165,
        voices={
            "guitar": """
                A2:1 C3:1/2 D3:1 Eb3:1/2 E3:1 G3:1/2 r:3/2 | r:1 A3:1/2 G3:1 E3:1/2 D3 Eb3 D3 C3:1 A2:1/2 |
                D3:1 F3:1/2 G3:1 Ab3:1/2 A3:1 C4:1/2 r:3/2 | r:1/2 C4 A3 G3:1 Eb3:1/2 D3:1 C3:1/2 A2:3/2""",
            "piano": "r:9/2 [G4 C#5]:1 [G4 C#5]:1/2 | r:6 | r:9/2 [F#4 C5]:1 [F#4 C5]:1/2 | r:6",
        },
        expect="neither",
        why="Good or bad, the taste has not met the blues yet.",
    ),
    Example(
        name="waltz-in-the-rain",
        title="Waltz in the rain",
        comment="Eight bars in B minor, both feet wet: composed for goldenear.",
        meter="3/4",
        tempo=138,
        voices={
            "accordion": """
                F#5:2 E5:1/2 D5 | C#5:3/2 B4:1/2 F#4:1 | G4 B4 E5 | D5:3/2 C#5:1/2 A#4:1 |
                B4 D5 G5 | F#5:3/2 F5:1/2 E5:1 | D5:1/2 B4 G4 E4 C#5 A#4 | B4:3""",
            "left hand": """
                B2:1 [F#3 B3 D4] [F#3 B3 D4] | A#2 [F#3 C#4 E4] [F#3 C#4 E4] | E3 [G3 B3 E4] [G3 B3 E4] |
                F#2 [E3 A#3 C#4] [E3 A#3 C#4] | G2 [G3 B3 D4] [G3 B3 D4] | C#3 [G3 B3 E4] [G3 B3 E4] |
                E2 [E3 G3 B3] [E3 F#3 A#3] | B2 [F#3 B3 D4]:2""",
        },
        expect="neither",
        why="A tune the taste does not know is not judged by it.",
    ),
    Example(
        name="slow-weather",
        title="Slow weather",
        comment="Open chords with long silences, and a bell now and then: composed for goldenear.",
        meter="4/4",
        tempo=50,
        voices={
            "bell": "r:4 | r:2 C6 | ~:1 r:3 | r:3 G#5:1 | ~:2 r | r:1 B5:3 | r:4 | D6:1 r:3",
            "pad": """
                [Eb2 Bb2 F3]:4 | ~:3 r:1 | [B1 F#3 C#4]:4 | ~:2 r |
                [E2 D3 A3]:4 | ~ | [C2 G3 F#4] | ~:3 r:1""",
        },
        expect="neither",
        why="Darkness says nothing: emptiness is not bad, and not yet good.",
    ),
    Example(
        name="seven-steps",
        title="Seven steps",
        comment="A dance in two, two and three, over a drone: composed for goldenear.",
        meter="7/8",
        tempo=200,
        voices={
            "kaval": """
                D5:1/2 Eb5 F#5:1 G5:1/2 F#5 Eb5 | F#5:1 G5:1/2 A5 Bb5 A5 G5 |
                A5 C6 Bb5 A5 G5 A5:1/4 G5 F#5:1/2 | G5 F#5 Eb5 F#5 D5:3/2""",
            "drone": "[D3 A3]:7/2 | [D3 A3] | [D3 G3] | [D3 A3]",
        },
        expect="neither",
        why="Neither its scale nor its steps stand among the samples.",
    ),
    Example(
        name="samba-at-a-distance",
        title="Samba at a distance",
        comment="Tamborim on the rim, kick as the surdo's heartbeat: composed for goldenear.",
        meter="4/4",
        tempo=100,
        voices={
            "drums": """
                [kick hat rim]:1/4 hat [hat rim] [kick hat] [kick hat rim] [hat rim] hat [kick hat rim]
                [kick hat] [hat rim] hat [kick hat rim] [kick hat rim] hat [hat rim] [kick hat] |
                [kick hat] [hat rim] hat [kick hat rim] [kick hat] [hat rim] [hat rim] [kick hat]
                [kick hat rim] hat [hat rim] [kick hat] [kick hat rim] [hat rim] hat [kick openhat]""",
        },
        expect="neither",
        why="It shares a kick and a hat with what the taste knows, and no pattern.",
    ),
    Example(
        name="all-keys-held",
        title="All keys held",
        comment="Eighty-eight keys, several elbows, two bars: a joke as old as the piano.",
        meter="4/4",
        tempo=60,
        voices={"elbows": f"[{PIANO_KEYS}]:4 | ~"},
        expect="neither",
        why="It contains every tune, good and bad, and resembles none.",
    ),
)

EXAMPLES = LIKE_A_GOOD_ONE + WITH_A_BAD_ONE + LIKE_NOTHING_KNOWN

EXPECTED: dict[str, str] = {example.name: example.expect for example in EXAMPLES}
"""The verdict that the example taste is to give on each candidate, by its name without ``.mid``."""
