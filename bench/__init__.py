"""What the program costs, measured on real parts: `python -m bench`. See docs/performance.md."""
