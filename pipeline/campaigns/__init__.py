"""Campaigns (一斉のお知らせ): who is meant, who is left out, who approved, and wave by wave what becomes of it."""
