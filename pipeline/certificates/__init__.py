"""Certificates (証明書) that the office gives to residents as data and on paper."""
