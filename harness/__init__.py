"""The harness: claims, protocols, endpoints, runs, statistics, verdicts and reports."""

__version__ = "0.1.0"
