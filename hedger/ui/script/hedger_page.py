"""What Streamlit runs for ``hedger app``; a holdings file to begin with may follow on the command line."""

import sys
from pathlib import Path

from hedger.ui.page import show_page

show_page(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
