"""Where proposals of new music come from."""
