"""Kazatlas: how Kazakhstan's first Soviet borders were drawn, 1920-1922, built from a dated and cited record."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kazatlas.analysis import Atlas, explore, load

__version__ = "2.0.0"
__all__ = ["Atlas", "explore", "load"]


def __getattr__(name: str) -> Any:
    """Bring `load`, `explore` and `Atlas` when they are asked for, so that importing the package costs nothing."""
    if name in __all__:
        from kazatlas import analysis

        return getattr(analysis, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
