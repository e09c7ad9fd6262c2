"""The languages in which pages, reports and commands speak: catalogues, numbers, days."""
