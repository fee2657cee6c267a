"""Logs to one row an attempt."""
