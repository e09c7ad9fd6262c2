"""The form of a study's design: every field of the document as a box named by its path.

A box is called as a problem of the document calls its field (`questions[2].prompt`), so that each
problem stands beside the box where it is mended. `boxes` is the table of boxes, `document` goes
from a form to a document, `values` from a design to a form, `lists` adds, removes and moves rows,
`renewal` fills what depends on a choice; `page` puts all of it together for the template, with
`row_pages` for rows, `problems` for where each problem stands and `problem_list` for the list of
them.
"""
