"""Protocols: every setting that can move a score, as stated and as run."""
