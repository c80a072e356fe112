"""The page's entry in a clone of the project; run with `streamlit run app.py`. The page itself is `kazatlas.page`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))

from kazatlas import page  # noqa: E402

page.main(ROOT / "geodata", ROOT / "static")
