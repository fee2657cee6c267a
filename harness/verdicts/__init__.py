"""Finding × comparability."""
