"""Pages of the day for municipal IT, clerks and auditors (日次報告): static HTML and the 日締め sheet, without residents' values."""
