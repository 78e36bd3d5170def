"""Makes a release: `make release`. It is no part of the package that people install."""
