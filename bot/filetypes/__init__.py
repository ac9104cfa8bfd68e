"""What a file is, told by its bytes, and whether it is taken."""
