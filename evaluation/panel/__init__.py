"""A musician's panel: music that was made for it, and what a musician says of it."""
