"""Sphinx's settings for the documentation site; docs/making/site.py gathers its sources."""

project = "Negatoscope"
author = "Negatoscope contributors"
project_copyright = author
html_title = "Negatoscope"
html_theme = "furo"
extensions = ["myst_parser"]
myst_heading_anchors = 4
# A page's own headings only; what can't be resolved is a warning, and warnings are errors.
nitpicky = True
# Decisions and the changelog have tables and headings as their writers like them.
suppress_warnings = ["myst.header"]
html_theme_options = {"source_edit_link": "", "top_of_page_buttons": []}
html_show_sourcelink = False
html_copy_source = False
