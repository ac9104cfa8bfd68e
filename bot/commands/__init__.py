"""The command `pst`, a file for each of its commands; heavy imports stand inside the functions."""
