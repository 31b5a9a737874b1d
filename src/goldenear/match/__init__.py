"""How alike: from shared time to similarity, over one sample, many samples, or a whole piece."""
