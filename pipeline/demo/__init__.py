"""The demonstration (デモ): one business day of a synthetic town through the real DAGs, against stand-ins of the outside world."""
