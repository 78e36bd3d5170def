"""Draws the body from the graph: what the facts place in a view becomes an SVG picture."""
