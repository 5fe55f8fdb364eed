"""Keeping the copies (副本) at the intermediate server in step with the ledgers (正本)."""
