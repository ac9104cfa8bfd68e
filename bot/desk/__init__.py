"""What the console asks for and what officers do, over the store: each file makes one port of `handoff/ports`."""
