"""This file is where the music stands that the example taste cannot bear: clichés, each as plain as can be."""

from examples_source.notation import Example

EXAMPLES = (
    Example(
        name="stock-cadence",
        title="Stock cadence with a trill",
        comment="Subdominant, six-four, trill, full stop, as in ten thousand galant sonatas: composed for goldenear.",
        meter="4/4",
        tempo=112,
        voices={
            "melody": "A4:1/2 C5 E5 C5 D5:1/4 E5 D5 E5 D5 E5 C5 D5 | C5:2 r:2",
            "bass": "F3:1 G3 G2:2 | C3:2 r:2",
        },
    ),
    Example(
        name="shave-and-a-haircut",
        title="Shave and a Haircut",
        comment="The knock on every door, with its two bits: American, traditional, by 1899.",
        meter="4/4",
        tempo=160,
        voices={
            "melody": "C5:1 G4:1/2 G4 A4:1 G4 | r B4:1/2 r C5 r r:1",
            "bass": "C3:1/2 r E3 r F3 r E3 r | r:1 [G2 G3]:1/2 r [C3 E3] r r:1",
        },
    ),
    Example(
        name="alberti-doodle",
        title="Alberti bass with doodle",
        comment="The left hand rocks from I to IV to V to I, the right one knows nothing: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "right hand": "E5:1 G5 G5 E5 | F5 A5 A5 F5 | D5 G5 G5 F5 | E5:2 C5",
            "left hand": """
                C4:1/2 G4 E4 G4 C4 G4 E4 G4 | C4 A4 F4 A4 C4 A4 F4 A4 |
                B3 G4 D4 G4 B3 G4 D4 G4 | C4 G4 E4 G4 C4 G4 E4 G4""",
        },
    ),
    Example(
        name="four-chords",
        title="The four chords",
        comment="I-V-vi-IV in hammered quarters, the whole chart show of a decade: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "chords": """
                [C4 E4 G4]:1 [C4 E4 G4] [C4 E4 G4] [C4 E4 G4] | [B3 D4 G4] [B3 D4 G4] [B3 D4 G4] [B3 D4 G4] |
                [C4 E4 A4] [C4 E4 A4] [C4 E4 A4] [C4 E4 A4] | [C4 F4 A4] [C4 F4 A4] [C4 F4 A4] [C4 F4 A4]""",
        },
    ),
    Example(
        name="chromatic-run",
        title="Endless chromatic run",
        comment="Every key in order, for want of an idea: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "run": """
                C3:1/4 C#3 D3 D#3 E3 F3 F#3 G3 G#3 A3 A#3 B3 C4 C#4 D4 D#4 |
                E4 F4 F#4 G4 G#4 A4 A#4 B4 C5 C#5 D5 D#5 E5 F5 F#5 G5""",
        },
    ),
    Example(
        name="arpeggio-exercise",
        title="Arpeggios, up and down",
        comment="Four chords taken to pieces and put together again: composed for goldenear.",
        meter="4/4",
        tempo=112,
        voices={
            "arpeggio": """
                C4:1/2 E4 G4 C5 E5 C5 G4 E4 | A3 C4 E4 A4 C5 A4 E4 C4 |
                F3 A3 C4 F4 A4 F4 C4 A3 | G3 B3 D4 G4 B4 G4 D4 B3""",
        },
    ),
    Example(
        name="andalusian-cadence",
        title="Andalusian cadence",
        comment="Spain as the souvenir shop has it, four triads down by step: composed for goldenear.",
        meter="4/4",
        tempo=126,
        voices={
            "guitar": """
                [A3 C4 E4]:3/2 [A3 C4 E4]:1/2 [A3 C4 E4]:1 [A3 C4 E4]:1/2 [A3 C4 E4] |
                [G3 B3 D4]:3/2 [G3 B3 D4]:1/2 [G3 B3 D4]:1 [G3 B3 D4]:1/2 [G3 B3 D4] |
                [F3 A3 C4]:3/2 [F3 A3 C4]:1/2 [F3 A3 C4]:1 [F3 A3 C4]:1/2 [F3 A3 C4] |
                [E3 G#3 B3]:3/2 [E3 G#3 B3]:1/2 [E3 G#3 B3]:2""",
        },
    ),
    Example(
        name="ringtone",
        title="The ringtone",
        comment="Four bars of Francisco Tárrega's Gran Vals, 1902, worn out by telephones.",
        meter="3/4",
        tempo=200,
        voices={
            "telephone": "E6:1/2 D6 F#5:1 G#5 | C#6:1/2 B5 D5:1 E5 | B5:1/2 A5 C#5:1 E5 | A5:3",
        },
    ),
    Example(
        name="the-lick",
        title="The Lick, in a lift",
        comment="ii-V-I with the seven notes that every student plays: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "saxophone": """
                D5:1/2 E5 F5 G5 E5:1 C5:1/2 D5 |
                ~:1 F5:1/2 D5 B4 G#4 A4 B4 |
                C5:1/2 A4 G4:3""",
        },
    ),
    Example(
        name="amen",
        title="Amen",
        comment="The plagal cadence that ends every hymn and most jokes about hymns: composed for goldenear.",
        meter="4/4",
        tempo=72,
        voices={
            "soprano": "D4:2 E4 | F4:4 | E4:4",
            "alto": "B3:2 C4 | C4:4 | C4:4",
            "tenor": "G3:2 G3 | A3:4 | G3:4",
            "bass": "G2:2 C3 | F2:4 | C3:4",
        },
    ),
    Example(
        name="five-finger-exercise",
        title="Five-finger exercise",
        comment="The pattern that climbs one step and begins again, after Charles-Louis Hanon's first, 1873.",
        meter="2/4",
        tempo=100,
        voices={
            "right hand": """
                C4:1/4 E4 F4 G4 A4 G4 F4 E4 | D4 F4 G4 A4 B4 A4 G4 F4 |
                E4 G4 A4 B4 C5 B4 A4 G4 | F4 A4 B4 C5 D5 C5 B4 A4""",
        },
    ),
    Example(
        name="station-jingle",
        title="Station jingle",
        comment="Attention please: an added sixth sparkles upwards, twice, before bad news: composed for goldenear.",
        meter="4/4",
        tempo=120,
        voices={
            "glockenspiel": """
                G4:1/4 C5 E5 A5 C6:2 r:1 | G4:1/4 C5 E5 A5 C6:2 r:1 | A5:1 F5 G5 C5:1""",
        },
    ),
    Example(
        name="fanfare",
        title="Fanfare",
        comment="Two trumpets, triplets on one note, the king is late: composed for goldenear.",
        meter="4/4",
        tempo=112,
        voices={
            "trumpet 1": "G4:1 G4:1/3 G4 G4 C5:1 G4 | E5:1 E5:1/3 E5 E5 C5:2 | G5:1 E5:1/3 E5 E5 C5:2",
            "trumpet 2": "E4:1 E4:1/3 E4 E4 E4:1 E4 | G4:1 G4:1/3 G4 G4 E4:2 | C5:1 G4:1/3 G4 G4 E4:2",
        },
    ),
    Example(
        name="four-on-the-floor",
        title="Four on the floor",
        comment="Boots and cats, until the batteries are empty: composed for goldenear.",
        meter="4/4",
        tempo=128,
        voices={
            "drums": """
                kick:1/2 openhat [kick clap] openhat kick openhat [kick clap] openhat |
                kick:1/2 openhat [kick clap] openhat kick openhat [kick clap] openhat""",
        },
    ),
)
