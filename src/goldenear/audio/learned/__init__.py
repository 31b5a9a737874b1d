"""Learned judges of sound: nets that hear good and bad clips, and a committee of judges with a veto."""
