"""Legal measures: which listings touch a shipment or a route, and what follows from them.

A listing applies where it binds the user (the study's `bound_by`), where it is a measure of the United Nations, or
where it acts on a territory that the goods touch. Where one that applies forbids the shipment the answer is
"prohibited", with nothing else; where it closes a place, a leg, a territory's transit or a mode in it, that is out of
the network before the search. All others are shown beside the flow, or beside the routes that meet them, with what
they would mean for those whom they bind. `bound_by` says who that is; nothing else of a request enters the ruling.

How the fields are read:

- products: a listed code covers all below it. A code given above listed ones (heading 3104, listed 310420) is covered
  in part: the way is closed, an import or export is shown the measure and asked for the full code; it is forbidden
  where the listed codes take up all subheadings of HS 2022. Goods without a code meet measures on all goods only; the
  number of the others is a finding.
- origins, destinations, through: countries, or blocs with their members of the day.
- direction is seen from `through`, else from the countries of the places: transit has neither end there.
- carrier: a measure on carriers forbids no goods. It is shown where a route uses its modes in its territory.
- parties: names are not screened. A measure that names some is shown; it forbids or closes only where its goods or
  their origin or destination are named too.
- covers_indirect: a flow knows where goods start and end, not where they were made nor who gets them in the end. So
  such a measure is shown where a route passes a country that it keeps the goods from, and a flow that starts or ends
  in a free zone has a finding with the number of measures that a true origin or last destination could bring in.

Limits: names are not screened; lists that go by technical description are shown for the chapters in which such goods
lie; a leg closed to others is not seen on a route, a place, post, strait or service is. Not legal advice.
"""

from landbridge.screening.goods import Cover, Coverage, cover_goods
from landbridge.screening.listings import AppliedListing, Screening, screen_consignment
from landbridge.screening.measures import Consignment, Law, Measure, expand_blocs, read_law
from landbridge.screening.routes import Passed, read_passed, screen_route

__all__ = [
    "AppliedListing",
    "Consignment",
    "Cover",
    "Coverage",
    "Law",
    "Measure",
    "Passed",
    "Screening",
    "cover_goods",
    "expand_blocs",
    "read_law",
    "read_passed",
    "screen_consignment",
    "screen_route",
]
