"""Start the web page from a copy of the repository: ``streamlit run app.py``.

An installed package starts the same page with ``hedger app``. A holdings file to begin with may be given behind two
dashes: ``streamlit run app.py -- my.csv``. The settings of server and theme stand in ``.streamlit/config.toml``.
"""

import sys
from pathlib import Path

from hedger.ui.page import show_page

show_page(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
