"""Published numbers as data."""
