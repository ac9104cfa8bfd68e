"""Stand-ins for Twilio, its phones and the mail servers, for a simulation and for tests."""
