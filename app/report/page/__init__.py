"""The report put together, for the page and the printed document."""
