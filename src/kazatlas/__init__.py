"""Kazatlas: how Kazakhstan's first Soviet borders were drawn, 1920-1922, built from a dated and cited record."""

__version__ = "2.0.0"
