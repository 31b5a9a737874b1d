"""What music is here: fragments and pieces as notes, what may be done to them, and the doors to files."""
