"""Benchmarks (処理速度の測定): our own way beside its peers and the floor, in one run, on equal output."""
