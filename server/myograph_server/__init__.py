"""The server of Myograph: pages for people and a SPARQL 1.1 endpoint for programs."""
