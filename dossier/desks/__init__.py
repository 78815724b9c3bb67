"""The verbs people use: one desk, one module; each verb is one transaction with its ledger event."""
