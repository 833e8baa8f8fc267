"""Speed and size of landbridge: `python -m benchmarks`, or `make bench`."""
