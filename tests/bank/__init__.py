"""Tests of app.bank."""
