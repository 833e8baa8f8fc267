"""Legal measures: which listings touch a shipment or a route, and what follows from them.

A listing applies where it binds the user (the study's `bound_by`), where it is a measure of the United Nations, or
where it acts on a territory that the goods touch. Where one that applies forbids the shipment the answer is
"prohibited"; where it closes a place, a leg or a passage, that is out of the network; one that binds others is shown
with what it would mean for them. Names of parties are not screened. Not legal advice.
"""

from landbridge.screening.listings import (
    AppliedListing,
    Consignment,
    Screening,
    expand_blocs,
    screen_consignment,
    screen_route,
)

__all__ = ["AppliedListing", "Consignment", "Screening", "expand_blocs", "screen_consignment", "screen_route"]
