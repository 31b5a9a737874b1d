"""The one idea: two fragments' exact shared time at every transposition and every shift."""
