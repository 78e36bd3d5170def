"""Workouts that people plan: read from JSON or Turtle, and held against what the graph knows.

`document` reads the text, `workout` finds what it names, `review` says what the workout
trains, misses, overloads and leaves one-sided, and what an injury holds back; `card` tells it.
"""
