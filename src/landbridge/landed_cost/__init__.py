"""Landed cost: what goods cost at the buyer's door, under every regime that is lawful for them.

Method. A price under a rule of Incoterms 2020 is taken back to its value ex works; the way adds carriage, terminals,
borders, insurance and interest; the customs value is cut where the way crosses the customs borders (Agreement on
Implementation of Article VII of the GATT 1994); duty, excise, levies and taxes follow in the order of their bases; what
a territory asks as proof of conformity comes last. Each line has its base, rate, formula, act and source. Ranges come
from the draws of the way: every line is worked out in each draw.

A preference is offered only to goods that originate under its agreement, or with that condition beside it; goods that
the law forbids are not priced; goods of a zone or a re-export keep the origin where they were made.

Limits. The rate of a good whose lines differ is asked for, never guessed. Interest is the buyer's, as if he paid when
the goods leave. Insurance covers 110 % of the value with carriage under all terms.
"""
