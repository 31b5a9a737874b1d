"""This file is where the music stands that the example taste loves: singing lines, real counterpoint, some groove."""

from fractions import Fraction

from examples_source.notation import Example

EXAMPLES = (
    Example(
        name="bach-invention-1",
        title="Invention in C major",
        comment="Two hands chase one seven-note motif: J. S. Bach, Invention No. 1, BWV 772, 1723, bars 1-4.",
        meter="4/4",
        tempo=72,
        voices={
            "right hand": """
                r:1/4 C4 D4 E4 F4 D4 E4 C4 G4:1/2 C5 B4 C5 |
                D5:1/4 G4 A4 B4 C5 A4 B4 G4 D5:1/2 G5 F5 G5 |
                E5:1/4 A5 G5 F5 E5 G5 F5 A5 G5 F5 E5 D5 C5 E5 D5 F5 |
                E5 D5 C5 B4 A4 C5 B4 D5 C5 B4 A4 G4 F#4 A4 G4 B4""",
            "left hand": """
                r:2 r:1/4 C3 D3 E3 F3 D3 E3 C3 |
                G3:1/2 G2 r:1 r:1/4 G3 A3 B3 C4 A3 B3 G3 |
                C4:1/2 B3 C4 D4 E4 G3 A3 B3 |
                C4 E3 F#3 G3 A3 B3 C4:1""",
        },
    ),
    Example(
        name="jesu-joy",
        title="Jesu, Joy of Man's Desiring",
        comment="The triplets that never stop to breathe: J. S. Bach, BWV 147, 1723, the first eight bars.",
        meter="3/4",
        tempo=80,
        voices={
            "violins": """
                r:1/3 G4 A4 B4 D5 C5 C5 E5 D5 |
                D5 G5 F#5 G5 D5 B4 G4 A4 B4 |
                C5 D5 E5 D5 C5 B4 A4 B4 G4 |
                F#4 G4 A4 D4 F#4 A4 C5 B4 A4 |
                B4 G4 A4 B4 D5 C5 C5 E5 D5 |
                D5 G5 F#5 G5 D5 B4 G4 A4 B4 |
                E4 D5 C5 B4 A4 G4 D4 G4 F#4 |
                G4:3""",
        },
    ),
    Example(
        name="c-minor-fugue-subject",
        title="Fugue in C minor, the subject",
        comment="A subject that dances: J. S. Bach, The Well-Tempered Clavier I, Fugue 2, BWV 847, 1722.",
        meter="4/4",
        tempo=80,
        voices={
            "alto": """
                r:1/2 C5:1/4 B4 C5:1/2 G4 Ab4 C5:1/4 B4 C5:1/2 D5 |
                G4 C5:1/4 B4 C5:1/2 D5 F4:1/4 G4 Ab4:1 G4:1/4 F4 |
                Eb4:1 r:3""",
        },
    ),
    Example(
        name="greensleeves",
        title="Greensleeves",
        comment="The lilt and the raised sixth: English, traditional, about 1580.",
        meter="6/8",
        tempo=84,
        pickup=Fraction(1, 2),
        voices={
            "melody": """
                A4:1/2 |
                C5:1 D5:1/2 E5:3/4 F#5:1/4 E5:1/2 |
                D5:1 B4:1/2 G4:3/4 A4:1/4 B4:1/2 |
                C5:1 A4:1/2 A4:3/4 G#4:1/4 A4:1/2 |
                B4:1 G#4:1/2 E4:1 A4:1/2 |
                C5:1 D5:1/2 E5:3/4 F#5:1/4 E5:1/2 |
                D5:1 B4:1/2 G4:3/4 A4:1/4 B4:1/2 |
                C5:3/4 B4:1/4 A4:1/2 G#4:3/4 F#4:1/4 G#4:1/2 |
                A4:5/2""",
        },
    ),
    Example(
        name="scarborough-fair",
        title="Scarborough Fair",
        comment="Dorian and in no hurry: English, traditional; the first eight bars.",
        meter="3/4",
        tempo=112,
        voices={
            "melody": """
                D4:2 D4:1 | A4:1 A4 A4 | E4:3/2 F4:1/2 E4:1 | D4:3 |
                r:1 A4 C5 | D5:2 C5:1 | A4:1 B4 G4 | A4:3""",
        },
    ),
    Example(
        name="ode-to-joy",
        title="Ode to Joy, from its bridge to its end",
        comment="By step, and one beat too early for joy: Beethoven, Ninth Symphony, 1824, the tune's last six bars.",
        meter="4/4",
        tempo=144,
        voices={
            "melody": """
                E4:1 F#4:1/2 G4 F#4:1 E4 | D4 E4 A3 F#4 |
                ~ F#4 G4 A4 | A4 G4 F#4 E4 | D4 D4 E4 F#4 | E4:3/2 D4:1/2 D4:2""",
        },
    ),
    Example(
        name="new-world-largo",
        title="Largo from the New World",
        comment="The cor anglais, alone under a wide sky: Dvořák, Symphony No. 9, second movement, 1893.",
        meter="4/4",
        tempo=52,
        voices={
            "cor anglais": """
                F4:3/4 Ab4:1/4 Ab4:1 F4:3/4 Eb4:1/4 Db4:1 |
                Eb4:3/4 F4:1/4 Ab4:3/4 F4:1/4 Eb4:2 |
                F4:3/4 Ab4:1/4 Ab4:1 F4:3/4 Eb4:1/4 Db4:1 |
                Eb4:1/2 F4:1/2 Eb4:3/4 Db4:1/4 Db4:2""",
        },
    ),
    Example(
        name="gymnopedie",
        title="Gymnopédie No. 1",
        comment="Two seventh chords rock, and a tune walks over them: Erik Satie, 1888, bars 3-8.",
        meter="3/4",
        tempo=72,
        voices={
            "melody": "r:3 | r | r:1 F#5 A5 | G5 F#5 C#5 | B4 C#5 D5 | A4:3",
            "chords": """
                r:1 [B3 D4 F#4]:2 | r:1 [A3 C#4 F#4]:2 | r:1 [B3 D4 F#4]:2 |
                r:1 [A3 C#4 F#4]:2 | r:1 [B3 D4 F#4]:2 | r:1 [A3 C#4 F#4]:2""",
            "bass": "G2:3 | D2 | G2 | D2 | G2 | D2",
        },
    ),
    Example(
        name="pachelbel-canon",
        title="Canon in D",
        comment="Each violin sings what the other has just sung: Johann Pachelbel, about 1690, bars 3-6.",
        meter="4/4",
        tempo=60,
        voices={
            "violin 1": "F#5:1 E5 D5 C#5 | B4 A4 B4 C#5 | D5 C#5 B4 A4 | G4 F#4 G4 E4",
            "violin 2": "r:4 | r | F#5:1 E5 D5 C#5 | B4 A4 B4 C#5",
            "cello": "D3:1 A2 B2 F#2 | G2 D2 G2 A2 | D3 A2 B2 F#2 | G2 D2 G2 A2",
        },
    ),
    Example(
        name="passion-chorale",
        title="Passion chorale",
        comment="O Haupt voll Blut und Wunden, Hans Leo Hassler's tune of 1601, in four voices set for goldenear.",
        meter="4/4",
        tempo=60,
        pickup=Fraction(1),
        voices={
            "soprano": "A4:1 | D5 C5 Bb4 A4 | G4:2 A4:1 E5 | F5 F5 E5 E5 | D5:3",
            "alto": "F4:1 | F4 F4 G4 F4 | E4:2 E4:1 A4 | A4 Bb4 Bb4 A4:1/2 G4 | F4:3",
            "tenor": "A3:1 | Bb3 C4 D4 D4 | D4:2 C#4:1 C#4 | D4 D4 D4 C#4 | D4:3",
            "bass": "D3:1 | Bb2 A2 G2 D3 | Bb2:2 A2:1 A2 | D3:1/2 C3 Bb2 A2 G2:1 A2 | D3:3",
        },
    ),
    Example(
        name="drowsy-maggie",
        title="Drowsy Maggie",
        comment="A reel that rocks on its lowest string: Irish, traditional; the first part.",
        meter="4/4",
        tempo=200,
        voices={
            "fiddle": """
                E4:1 B4:1/2 E4 D5 E4 B4 E4 | E4:1 B4:1/2 E4 A4 F#4 D4 F#4 |
                E4:1 B4:1/2 E4 D5 E4 B4 E4 | B4 A4 B4 C#5 D5 A4 F#4 D4""",
        },
    ),
    Example(
        name="road-to-lisdoonvarna",
        title="The Road to Lisdoonvarna",
        comment="A slide in twelve-eight, Dorian and cheerful all the same: Irish, traditional; the first part.",
        meter="12/8",
        tempo=195,
        voices={
            "whistle": """
                E4:1 B4:1/2 B4:1 A4:1/2 B4:1 C#5:1/2 D5:3/2 |
                F#4:1 A4:1/2 A4 B4 A4 D4:1 E4:1/2 F#4 E4 D4 |
                E4:1 B4:1/2 B4:1 A4:1/2 B4:1 C#5:1/2 D5:3/2 |
                C#5:1/2 D5 C#5 B4:1 A4:1/2 B4:1 E4:1/2 E4:3/2""",
        },
    ),
    Example(
        name="auld-lang-syne",
        title="Auld Lang Syne",
        comment="Five notes are enough for friendship: Scottish, traditional, printed so in 1799; the verse.",
        meter="4/4",
        tempo=92,
        pickup=Fraction(1),
        voices={
            "melody": """
                C4:1 | F4:3/2 F4:1/2 F4:1 A4 | G4:3/2 F4:1/2 G4:1 A4 | F4:3/2 F4:1/2 A4:1 C5 | D5:3 D5:1 |
                C5:3/2 A4:1/2 A4:1 F4 | G4:3/2 F4:1/2 G4:1 A4 | F4:3/2 D4:1/2 D4:1 C4 | F4:3""",
        },
    ),
    Example(
        name="mozart-sonata-a-major",
        title="Sonata in A major, the theme",
        comment="A siciliano in tenths: Mozart, K. 331, about 1783, bars 1-4, the lower voice plain.",
        meter="6/8",
        tempo=66,
        voices={
            "right hand": """
                C#5:3/4 D5:1/4 C#5:1/2 E5:1 E5:1/2 | B4:3/4 C#5:1/4 B4:1/2 D5:1 D5:1/2 |
                A4:1 A4:1/2 B4:1 B4:1/2 | C#5:1 E5:1/2 D5 C#5 B4""",
            "left hand": """
                A3:3/4 B3:1/4 A3:1/2 C#4:1 C#4:1/2 | G#3:3/4 A3:1/4 G#3:1/2 B3:1 B3:1/2 |
                F#3:1 F#3:1/2 G#3:1 G#3:1/2 | A3:1 C#4:1/2 E3:3/2""",
        },
    ),
    Example(
        name="morning-mood",
        title="Morning Mood",
        comment="The flute greets the sun on five notes: Edvard Grieg, Peer Gynt, 1875, the first phrase.",
        meter="6/8",
        tempo=80,
        voices={
            "flute": """
                B5:1/2 G#5 F#5 E5 F#5 G#5 | B5 G#5 F#5 E5 F#5:1/4 G#5 F#5 G#5 |
                B5:1/2 G#5 B5 C#6 G#5 C#6 | B5 G#5 F#5 E5:3/2""",
        },
    ),
    Example(
        name="the-entertainer",
        title="The Entertainer",
        comment="Syncopated before anyone called it jazz: Scott Joplin, 1902, the first strain, its left hand plain.",
        meter="2/4",
        tempo=72,
        pickup=Fraction(1, 2),
        voices={
            "right hand": """
                D4:1/4 D#4 | E4 C5:1/2 E4:1/4 C5:1/2 E4:1/4 C5 | ~:5/4 C5:1/4 D5 D#5 |
                E5 C5 D5 E5 ~ B4 D5:1/2 | C5:3/2""",
            "left hand": """
                r:1/2 | C3 [E3 G3 C4] G2 [E3 G3 Bb3] | F2 [F3 A3 C4] E2 [G3 C4] |
                G2 [E3 G3 C4] G2 [F3 G3 B3] | C3 [E3 G3 C4] C3""",
        },
    ),
    Example(
        name="shchedryk",
        title="Shchedryk",
        comment="Four notes that ring for ever, and a bass that sinks below them: Mykola Leontovych, 1916.",
        meter="3/4",
        tempo=160,
        voices={
            "soprano": """
                Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1 |
                Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1 | Bb4:1 A4:1/2 Bb4 G4:1""",
            "alto": "r:3 | r | r | r | G3:3 | F3 | Eb3 | D3",
        },
    ),
    Example(
        name="brother-martin-in-minor",
        title="Brother Martin, in minor",
        comment="The children's canon at a hunter's funeral: Gustav Mahler, First Symphony, 1888, in two parts.",
        meter="4/4",
        tempo=76,
        voices={
            "double bass": """
                D3:1 E3 F3 D3 | D3 E3 F3 D3 | F3 G3 A3:2 | F3:1 G3 A3:2 |
                A3:3/4 Bb3:1/4 A3:1/2 G3 F3:1 D3 | A3:3/4 Bb3:1/4 A3:1/2 G3 F3:1 D3 | D3 A2 D3:2 | D3:1 A2 D3:2""",
            "bassoon": """
                r:4 | r | D4:1 E4 F4 D4 | D4 E4 F4 D4 | F4 G4 A4:2 | F4:1 G4 A4:2 |
                A4:3/4 Bb4:1/4 A4:1/2 G4 F4:1 D4 | A4:3/4 Bb4:1/4 A4:1/2 G4 F4:1 D4""",
        },
    ),
    Example(
        name="boom-bap",
        title="Boom-bap",
        comment="A lazy kick that comes early, a bass that comes late: composed for goldenear.",
        meter="4/4",
        tempo=90,
        voices={
            "drums": """
                [kick hat]:1/2 hat [snare hat] [hat]:1/4 kick hat:1/4 kick [kick hat]:1/2 [snare hat] openhat |
                [kick hat]:1/2 hat:1/4 kick [snare hat]:1/2 hat
                [kick hat]:1/4 r hat kick [snare hat]:1/2 hat:1/4 snare |
                [kick hat]:1/2 hat [snare hat] [hat]:1/4 kick hat:1/4 kick [kick hat]:1/2 [snare hat] openhat |
                [kick hat]:1/2 hat:1/4 kick [snare hat]:1/2 hat
                kick:1/4 kick hat snare [snare hat]:1/2 snare:1/4 snare""",
            "bass": """
                E2:3/4 r:1/4 r:1/2 G2:1/4 A2 r:1/2 B2:1/4 A2 G2:1/2 r |
                E2:3/4 D2:1/4 r:1 B1:1/2 D2 E2:1/2 r |
                E2:3/4 r:1/4 r:1/2 G2:1/4 A2 r:1/2 B2:1/4 D3 B2:1/2 r |
                A2:3/4 G2:1/4 r:1 E2:1/2 G2:1/4 E2 D2:1/2 B1""",
        },
    ),
)
