"""The search for larger good phrases and whole pieces, driven by the judge."""
