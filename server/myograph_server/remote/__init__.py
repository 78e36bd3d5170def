"""A store elsewhere that answers in place of our own: any that speaks the SPARQL 1.1 Protocol."""
