"""A study's protocol as a document: what it is made of, how it is checked, how it is kept.

Format 2 is written today; format 1 is read as it was written. A design is checked when somebody
writes it and read for ever afterwards, whatever limits the code has by then.
"""
