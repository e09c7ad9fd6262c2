"""Files: banks and their manifests, the one decoder path, canonical renditions and their store.

The format is described in docs/bank-format.md. Nothing here knows SQL or HTTP.
"""
