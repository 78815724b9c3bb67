"""Paper to page images: untrusted files come in, counted, decoded (in a sandbox) and straightened pages go out."""
