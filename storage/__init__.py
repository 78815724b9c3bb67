"""Bytes, kept: incoming files go to a durable spool, accepted volumes to OCFL objects, and every byte can be checked again."""
