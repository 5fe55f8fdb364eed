"""Records of exchange (情報提供等記録): fetched, kept, compared with our own side, shown to few, deleted after seven years."""
