"""Pure text handling: standard library only."""
