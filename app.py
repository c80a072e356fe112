"""The entry of a clone of the project: run `streamlit run app.py`; the page itself is `kazatlas.web.page`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
GEODATA, STATIC = ROOT / "geodata", ROOT / "static"
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))

if __name__ == "__main__":  # a run for one reader
    from kazatlas.web import page

    page.main(GEODATA, STATIC)
else:  # the server's start
    from streamlit.starlette import App

    from kazatlas.web.serve import prepared

    app = App(__file__, lifespan=prepared(GEODATA, STATIC))
