"""Measurements of this program on made-up and on real pages; started by bin/bench, never by the program itself."""
