"""Good, bad, veto: a folder of samples that judges."""
