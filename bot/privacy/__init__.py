"""What a person may ask of us (UU 27/2022): a copy of what is kept, and to be forgotten; and what time forgets."""
