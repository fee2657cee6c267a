"""Size a run before any spend."""
