"""Sound comes in: decoded, within limits, and seen as a picture of pitch over time."""
