"""Rows as officers see and change them: queries of the desk."""
