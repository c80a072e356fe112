"""Texts in Kazakh, Russian and English: the catalogue of messages, case forms, sentences of change, citations."""
