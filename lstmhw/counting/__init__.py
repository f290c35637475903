"""How many parameters a network has, by every convention, and what a wrong number has left out."""
