"""The second estimator: one hierarchical model of all ratings, beside the figures by reader."""
