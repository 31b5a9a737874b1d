"""This file is where ``python -m goldenear`` begins."""

from goldenear.cli import main

main()
