"""What the pages need from the rest of the program, as protocols, and the values that cross."""
