"""Notebooks as tests: run anew, and compared with the outputs that they are stored with."""
