"""What exists is documented: every command, option, public name, key of taste.toml; README's commands are make's."""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

import goldenear
from goldenear.cli import app
from goldenear.taste.settings import TEMPLATE

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def commands(group=None, prefix="goldenear") -> dict[str, object]:
    """Return every command by its full name."""
    group = group or typer.main.get_command(app)
    found: dict[str, object] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, f"{prefix} {name}")
        else:
            found[f"{prefix} {name}"] = command
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_documented(name: str) -> None:
    text = (DOCS / "commands.md").read_text()
    section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, f"docs/commands.md has no section '## {name}'"
    command = commands()[name]
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option" and "--help" not in parameter.opts:
            assert parameter.help
            for option in parameter.opts:
                assert f"`{option}" in section[1], f"{name} {option}"


@pytest.mark.parametrize("name", [n for n in goldenear.__all__ if n != "__version__"])
def test_every_public_name_is_documented(name: str) -> None:
    reference = (DOCS / "reference.md").read_text()
    assert re.search(rf"^\.\. auto\w+:: goldenear\.{name}$", reference, re.M)
    item = getattr(goldenear, name)
    assert item.__doc__
    for member in vars(item).values() if isinstance(item, type) else ():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if callable(function) and hasattr(function, "__name__") and not function.__name__.startswith("_"):
            assert function.__doc__, f"{name}.{function.__name__}"


def test_every_key_of_taste_toml_is_explained() -> None:
    text = (DOCS / "likeness.md").read_text()
    for key, value in tomllib.loads(TEMPLATE).items():
        assert key in text, key
        for inner in value if isinstance(value, dict) and key != "alterations" else ():
            assert inner in text, inner


def test_the_readme_opens_with_the_two_commands_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text()
    assert re.findall(r"^    (make \w+)", text, re.M)[:2] == ["make demo", "make test"]
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for words in re.findall(
            r"make ((?:[a-z]+ ?)+)",
            "\n".join(re.findall(r"^    make.*$|`make [^`]+`", page.read_text(), re.M)),
        ):
            assert set(words.split()) <= targets


def test_the_changelog_knows_this_version() -> None:
    assert f"## {goldenear.__version__}" in (ROOT / "CHANGELOG.md").read_text()
