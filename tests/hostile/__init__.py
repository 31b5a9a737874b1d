"""Hostile files: damaged, lying, absurd, and built to eat time and memory; none may crash a reader or pass untold.

``python -m hostile`` (with ``tests`` on the path) reads all of them through every door of the program and prints a
table; ``python -m hostile.fuzz`` goes on where they end, guided by what the readers execute.
"""
