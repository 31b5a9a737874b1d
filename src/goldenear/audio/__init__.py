"""Notes made audible: a small synthesiser of our own, and the WAV files it fills."""
