"""Payments (公金決済): claims, collection data and deposits are matched; the receipts system and the accounting officer are told."""
