"""The dossier: what happened in each case, and the conductor of the five rooms."""
