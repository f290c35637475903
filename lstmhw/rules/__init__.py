"""Rules that score documents, networks that read them, and proofs that the two agree."""
