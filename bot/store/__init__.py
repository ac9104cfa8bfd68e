"""Rows: a file of queries for each aggregate. SQL stands here and below, and nowhere else."""
