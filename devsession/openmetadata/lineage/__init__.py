"""Lineage: which data goes where, given or read from SQL. Knows `model` only."""
