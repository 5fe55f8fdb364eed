"""What becomes what, as data (対応表): procedures, items, formats, code lists, and the engine that applies them.

Nothing here opens an untrusted container.
"""
