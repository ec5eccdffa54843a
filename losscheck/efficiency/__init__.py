"""How much of the data each loss uses on each noise: the generated table, and the family-free sandwich."""
