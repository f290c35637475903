"""Units that fire when a weighted sum passes a threshold: what they must, and what they can do."""
