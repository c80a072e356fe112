"""The record: its types, its reading, its checks, and the faces, versions and evidence that follow from it."""
