"""The journal (台帳): the only place that knows what happened. Tables, transactions, and the rows that steps read and write."""
