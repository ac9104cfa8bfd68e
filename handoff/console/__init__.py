"""The officers' pages at /console: a class with `pages()` for each, over the doors of `handoff/ports`."""
