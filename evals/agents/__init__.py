"""The scaffolds: agent loops and their tools."""
