"""The steps that join the rooms, the journal, the evidence (seals, log, proofs), settings and the command line."""
