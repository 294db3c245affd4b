"""What the public reads: the list and its search, the map, the check on a date, certificates."""
