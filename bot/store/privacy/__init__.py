"""Rows about one person: found, read for a copy, joined, and emptied of them."""
