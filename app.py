"""The entry of a clone of the project: run `streamlit run app.py`; the page itself is `kazatlas.web.page`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))

from kazatlas.web import page  # noqa: E402

page.main(ROOT / "geodata", ROOT / "static")
