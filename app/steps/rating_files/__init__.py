"""Files of ratings as other tools write them, read to one table of text cells.

One module a format, `formats.py` lists them; a format is told by a file's content, never by its
name. `columns.py`, `values.py` and `meanings.py` say what the cells mean, or ask.
"""
