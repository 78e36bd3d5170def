"""Other people's ontologies beside our graph.

`reading` parses one, `index` keeps what it says of its classes, `bridge` works out what that means
for our records, `conflicts` whether both can be true, `external` keeps it in the built graph.
`coverage` counts our links and `compare` holds what both sides say of a muscle side by side.
"""
