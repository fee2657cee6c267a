"""Pure statistics of a verdict."""
