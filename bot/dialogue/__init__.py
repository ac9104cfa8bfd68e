"""What the bot does with a message: pure rules, from what was understood to what is said."""
