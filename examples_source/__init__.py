"""The example music that ships with goldenear, as readable text; build.py makes the files."""
