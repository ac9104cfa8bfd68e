"""Understanding: the answers and their examples, and the client of the model, which is a project of its own."""
