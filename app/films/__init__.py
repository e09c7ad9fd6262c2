"""Films: any file a radiograph comes in, read to grey levels the right way up, with notes.

One reader for the reader-study application and for `ml/`, so that the same film gives the same
grey levels whichever half opens it. Nothing here knows a database or a bank; docs/bank-format.md
is the contract, and docs/decisions/0070 says why it stands here.

`reader.read_film` is what others call: it decodes in a process of its own, under limits of memory
and time. `decode.decode_film` is what runs in there.
"""
