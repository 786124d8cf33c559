"""Measurements of tipgraph beside its peers: `make bench`."""
