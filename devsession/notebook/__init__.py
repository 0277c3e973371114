"""What an author sees in a notebook: forms, the session's card, timelines, failed exchanges."""
