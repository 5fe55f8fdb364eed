"""What must hold: suites for Great Expectations, findings for clerks, counts for auditors. No resident's value leaves this room."""
