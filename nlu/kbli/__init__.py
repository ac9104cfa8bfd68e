"""The everyday businesses and their codes."""
