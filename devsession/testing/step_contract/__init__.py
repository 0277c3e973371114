"""What the contracts of all steps share: a metadata source's, and a handler of events'."""
