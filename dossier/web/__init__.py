"""HTTP: requests come in, the desks do the work, pages and JSON go out; one module per desk."""
