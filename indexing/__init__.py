"""Documents to hits: pages of text come in, a query in Chinese finds every substring again, with the places on the page."""
