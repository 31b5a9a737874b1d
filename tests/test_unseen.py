"""However a sample is out of sight, music is never judged better for it: the sample counts, or the taste is refused."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import goldenear as ge
from goldenear.errors import GoldenearError
from goldenear.taste import library

NOBODY = 65534


def tune(seed: int) -> ge.NoteArray:
    steps = [0, 7, 2, 11, 5, 14, 4, 9, 12, 3][seed:] + [0, 7, 2, 11, 5, 14, 4, 9, 12, 3][:seed]
    return ge.NoteArray.from_arrays(
        pitch=[60 + step * (1 + seed % 2) for step in steps],
        onset=[0, 2, 3, 4, 7, 8, 10, 11, 12, 15],
        duration=1,
        ticks_per_quarter=2,
    )


LIKED, DISLIKED = tune(1), tune(4)


@pytest.fixture(scope="module", autouse=True)
def everything_is_imported() -> None:
    """Load what is loaded when it is needed: another user may not read the program's own files."""
    import mmap  # noqa: F401

    ge.Taste.of(good=[LIKED], bad=[DISLIKED]).judge(DISLIKED)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a taste that any user may enter, for temporary folders of tests are closed to others."""
    above = Path(tempfile.mkdtemp())
    above.chmod(0o755)
    root = above / "taste"
    for kind, notes in (("good", LIKED), ("bad", DISLIKED)):
        (root / kind).mkdir(parents=True)
        ge.write(notes, root / kind / "tune.mid")
    ge.write(tune(7), root / "bad" / "another.mid")
    (root / "taste.toml").write_text("")
    cache = above / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("GOLDENEAR_CACHE", str(cache))
    yield root
    for path in (root, *root.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(above)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Run as a user from whom permissions keep something."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def outcome(folder: Path) -> str:
    """Return what the taste says of the bad sample itself, or that it was refused."""
    try:
        return ge.Taste(folder).judge(DISLIKED).outcome
    except GoldenearError as error:
        return "refused" if "\n" not in str(error) else "refused in several lines"


def moved(path: Path) -> Path:
    """Move a sample away from the taste; return where it is."""
    elsewhere = path.parents[2] / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    return elsewhere


def linked(folder: Path, target: object) -> None:
    (folder / "bad/tune.mid").unlink()
    (folder / "bad/tune.mid").symlink_to(str(target))


def in_place_of(folder: Path, make: Callable[[Path], object]) -> None:
    (folder / "bad/tune.mid").unlink()
    make(folder / "bad/tune.mid")


def nested(folder: Path, mode: int) -> None:
    inside = folder / "bad" / "inside"
    inside.mkdir()
    (folder / "bad/tune.mid").rename(inside / "tune.mid")
    inside.chmod(mode)


def linked_folder(folder: Path, target: str) -> None:
    away = folder.parent / "away"
    away.mkdir()
    (folder / "bad/tune.mid").rename(away / "tune.mid")
    (folder / "bad/inside").symlink_to(target)


def renamed(folder: Path, name: bytes) -> None:
    (folder / "bad/tune.mid").rename(folder / "bad" / os.fsdecode(name))


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def resized(folder: Path, size: int) -> None:
    os.truncate(folder / "bad/tune.mid", size)


def flipped(folder: Path, byte: int) -> None:
    data = bytearray((folder / "bad/tune.mid").read_bytes())
    data[byte] ^= 255
    (folder / "bad/tune.mid").write_bytes(data)


def beside(folder: Path, text: bytes, mode: int = 0o644) -> None:
    path = folder / "bad/tune.mid.toml"
    path.write_bytes(text)
    path.chmod(mode)


def settings(folder: Path, make: Callable[[Path], object]) -> None:
    (folder / "taste.toml").unlink()
    make(folder / "taste.toml")


WAYS: dict[str, Callable[[Path], object]] = {
    "bad/ gone": lambda f: shutil.rmtree(f / "bad"),
    "bad/ in capitals": lambda f: (f / "bad").rename(f / "BAD"),
    "bad/ elsewhere, a link left": lambda f: (
        (f / "bad").rename(f.parent / "b"),
        (f / "bad").symlink_to("../b"),
    ),
    "bad/ a link that leads nowhere": lambda f: ((f / "bad").rename(f.parent / "b"), (f / "bad").symlink_to("../c")),
    "bad/ a link to itself": lambda f: ((f / "bad").rename(f.parent / "b"), (f / "bad").symlink_to("bad")),
    "bad/ a file": lambda f: (shutil.rmtree(f / "bad"), (f / "bad").write_bytes(b"")),
    "bad/ a pipe": lambda f: (shutil.rmtree(f / "bad"), os.mkfifo(f / "bad")),
    "good/ gone": lambda f: shutil.rmtree(f / "good"),
    **{f"bad/ with permission {mode:03o}": lambda f, mode=mode: (f / "bad").chmod(mode) for mode in (0, 0o111, 0o444)},
    "the taste with permission 000": lambda f: f.chmod(0),
    "the taste with permission 444": lambda f: f.chmod(0o444),
    "a sample with permission 000": lambda f: (f / "bad/tune.mid").chmod(0),
    "a sample with permission 222": lambda f: (f / "bad/tune.mid").chmod(0o222),
    "a sample a link that leads nowhere": lambda f: linked(f, "nowhere.mid"),
    "a sample a link to itself": lambda f: linked(f, "tune.mid"),
    "a sample a link to elsewhere": lambda f: (f / "bad/tune.mid").symlink_to(moved(f / "bad/tune.mid")),
    "a sample a link to a folder": lambda f: linked(f, "../good"),
    "a sample a link to zeros without end": lambda f: linked(f, "/dev/zero"),
    "a sample a link to memory": lambda f: linked(f, "/proc/self/mem"),
    "a sample a pipe": lambda f: in_place_of(f, os.mkfifo),
    "a sample a socket": lambda f: in_place_of(f, bound),
    "a sample a second name of another file": lambda f: os.link(f / "bad/tune.mid", f.parent / "same"),
    "a sample inside a folder": lambda f: nested(f, 0o755),
    "a sample inside a folder with permission 000": lambda f: nested(f, 0),
    "a sample inside a folder with permission 444": lambda f: nested(f, 0o444),
    "a sample behind a link to a folder": lambda f: linked_folder(f, "../../away"),
    "a sample behind a link to a folder that is gone": lambda f: linked_folder(f, "../../gone"),
    "a link to the folder above": lambda f: (f / "bad/round").symlink_to(".."),
    "a link to its own folder": lambda f: (f / "bad/round").symlink_to("."),
    "a name in capitals": lambda f: renamed(f, b"TUNE.MID"),
    "a name that is not UTF-8": lambda f: renamed(f, b"t\xff\xfe.mid"),
    "a name with a new line": lambda f: renamed(f, b"t\nune.mid"),
    "a name with a colour of the terminal": lambda f: renamed(f, b"\x1b[31mtune.mid"),
    "a name of 250 bytes": lambda f: renamed(f, b"t" * 246 + b".mid"),
    "a sample of no bytes": lambda f: resized(f, 0),
    "a sample of ten bytes": lambda f: resized(f, 10),
    "a sample of half of its bytes": lambda f: resized(f, (f / "bad/tune.mid").stat().st_size // 2),
    "a sample of a terabyte of nothing": lambda f: resized(f, 1 << 40),
    "a first byte that is another": lambda f: flipped(f, 0),
    "a kind of track that is another": lambda f: flipped(f, 15),
    "a damaged choice of notes": lambda f: beside(f, b"track = ["),
    "a choice of notes that are not there": lambda f: beside(f, b"track = [7]\n"),
    "a choice of notes with permission 000": lambda f: beside(f, b"track = [0]\n", 0),
    "a choice of notes that leads nowhere": lambda f: (f / "bad/tune.mid.toml").symlink_to("gone"),
    "settings that are a folder": lambda f: settings(f, Path.mkdir),
    "settings that lead nowhere": lambda f: settings(f, lambda p: p.symlink_to("gone")),
    "settings that are a pipe": lambda f: settings(f, os.mkfifo),
    "settings with permission 000": lambda f: (f / "taste.toml").chmod(0),
    "settings with a slip": lambda f: (f / "taste.toml").write_text("[thresholds]\nbad = 'high'"),
}  # fmt: skip

SEEN = {
    "bad/ elsewhere, a link left",
    "a sample a link to elsewhere",
    "a sample a second name of another file",
    "a sample inside a folder",
    "a sample behind a link to a folder",
    "a name in capitals",
}
"""Ways in which a sample is only somewhere else: it counts."""


@pytest.mark.parametrize("cached", [False, True], ids=["at first", "once it was prepared"])
@pytest.mark.parametrize("way", WAYS)
def test_music_is_never_better_for_a_sample_out_of_sight(
    folder: Path, way: str, cached: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cached:
        monkeypatch.setattr(library, "SETTLED", -60.0)
        assert outcome(folder) == "bad"
    WAYS[way](folder)
    for path in folder.parent.rglob("*"):
        if not path.is_symlink() and os.geteuid() == 0 and path.exists():
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.chown(folder, NOBODY, NOBODY) if os.geteuid() == 0 else None
    with ordinary_user():
        assert outcome(folder) in ({"bad"} if way in SEEN else {"bad", "refused"})
    if os.geteuid() == 0:
        # Permissions keep nothing from the superuser.
        assert outcome(folder) in ({"bad"} if way in SEEN else {"bad", "refused"})


@pytest.mark.parametrize(
    "name", ["", ".hidden", "a/b", "a\nb.mid", "\x1b[31m", "t" * 300, "..", "a\udcff"], ids=repr
)
def test_names_that_would_be_lost_or_mislead_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(GoldenearError):
        ge.add_sample(folder, "bad", folder / "good/tune.mid", name=name)
    assert len(list((folder / "bad").iterdir())) == 2


def test_a_link_that_leads_nowhere_is_not_written_through(folder: Path) -> None:
    (folder / "bad/new.mid").symlink_to("../../outside.mid")
    with pytest.raises(GoldenearError):
        ge.add_sample(folder, "bad", folder / "good/tune.mid", name="new")
    assert not (folder.parent / "outside.mid").exists()


def test_a_sample_whose_tracks_are_all_context_is_refused(folder: Path) -> None:
    silent = ge.NoteArray.from_arrays(pitch=[], onset=[], duration=[], ticks_per_quarter=2)
    ge.write({"core": silent, "context": LIKED}, folder.parent / "context.mid")
    with pytest.raises(GoldenearError, match="no notes"):
        ge.add_sample(folder, "bad", folder.parent / "context.mid")
    assert outcome(folder) == "bad"
