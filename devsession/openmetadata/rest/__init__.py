"""The catalog over REST: its client, and the sink that stores in it and loses nothing."""
