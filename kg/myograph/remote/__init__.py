"""A graph in somebody else's store: speaking HTTP with it, and publishing to it."""
