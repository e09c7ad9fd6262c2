"""Tests of app.domain.questions."""
