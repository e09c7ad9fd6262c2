"""A question is a thing: what it is for (its measure) and how it is asked (its kind).

Kind and measure decide everything else: the form field, the key, the check, the stored value, the
export's column, the codebook's line and the estimands. A new kind is one module of `kinds/` and one
row of `registry.KINDS`; a new measure is one row of `measures.MEASURES` and one module of
statistics. No other file names a question.
"""
