"""The officers' side: rules of tickets, deadlines, silence and ratings, and the pages and papers made by them."""
