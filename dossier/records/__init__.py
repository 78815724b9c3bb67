"""What happened, kept in a database: typed tables by noun, the hash-chained ledger, the job rows."""
