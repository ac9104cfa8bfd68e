"""What keeps the product running: the embedded PostgreSQL and the supervisor of the process tree.

Standard library only, and nothing else of `bot`: the process that supervises stays small.
"""
