"""What `bench` measures: each in a database of its own, beside a raw baseline in the same run."""
