"""Endpoints: where you want to check a claim."""
