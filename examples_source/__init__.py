"""The example music that ships with goldenear, as readable text; `python -m examples_source.build` makes the files."""
