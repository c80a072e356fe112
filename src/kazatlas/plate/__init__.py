"""Plates: a day of the atlas on paper."""
