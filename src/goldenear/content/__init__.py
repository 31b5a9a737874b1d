"""What a file holds, told by its bytes; the name counts only where the bytes say nothing."""
