"""placeholder."""
def is_warm() -> bool:
    return False
