"""Plausible wrong changes to the facts, one at a time, and the gate that should refuse them."""
