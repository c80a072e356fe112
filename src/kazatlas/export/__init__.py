"""Exports: the atlas in the file formats of other software."""
