"""Negatoscope: blinded reader studies of real and synthetic chest radiographs."""
