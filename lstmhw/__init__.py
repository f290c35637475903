"""lstmhw: solves and marks homework on recurrent networks, step by step."""

__version__ = "0.1.0"
