"""Connectors (接続): one module for each outside system or protocol, and for each untrusted container. Plain bytes leave here."""
