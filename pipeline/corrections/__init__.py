"""Corrections (補正): what is missing is asked for, and the request is followed to its answer, its lapse or the withdrawal."""
