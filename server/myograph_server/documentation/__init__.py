"""`/docs`: the documentation, rendered from the Markdown in `docs/` and from the graph itself.

`python -m docs` (`make docs`) writes the same pages as files.
"""
