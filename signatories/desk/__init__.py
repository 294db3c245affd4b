"""What staff read: what waits, what to be careful about, what happened, and the report."""
