"""Answers as arrays, and the frozen result every estimator returns."""
