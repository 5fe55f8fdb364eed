"""The way back to the resident (お知らせ): what is owed to whom, on which channel, and what became of it."""
