"""How we speak with the outside: a folder for each channel, behind the door `channels.port`."""
