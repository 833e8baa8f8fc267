"""Landed cost: what goods cost at the buyer's door, under every regime that is lawful for them."""
