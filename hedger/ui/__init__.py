"""The advice in a browser; the only code that knows Streamlit."""

from hedger.ui.launch import launch

__all__ = ["launch"]
