"""What becomes what, as data (対応表): procedures, items, formats, code lists, and the small engine that applies them. Opens no untrusted container."""
