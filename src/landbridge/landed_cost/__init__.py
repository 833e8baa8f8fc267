"""What goods cost at the buyer's door: rates, customs value, origin, regimes."""
