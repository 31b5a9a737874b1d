"""One file a format: bytes in, :class:`~goldenear.notes.formats.parsed.ParsedTune` out."""
