"""Landed cost: what a good costs at the buyer's door under each regime that is lawful for it."""
