"""Digital letter-boxes (民間送達サービス): documents to residents who consented, and what they opened."""
