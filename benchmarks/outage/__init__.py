"""What benchmarks/faults.py is made of: an installation, its readers, and the faults."""
