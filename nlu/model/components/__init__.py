"""Our own components of the Rasa pipeline, named in config.yml by their module path."""
