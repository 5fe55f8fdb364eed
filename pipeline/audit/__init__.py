"""What auditors work with (監査): figures of each day and their site, samples with working papers (監査調書), rights and openings."""
