"""What the office has published, read from BPS WebAPI."""
