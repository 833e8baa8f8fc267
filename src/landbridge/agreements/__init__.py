"""The register of agreements: who promised what, by when, and whether it was kept.

Method. A status is derived, never typed: from dated status reports, whose words are those of the milestones of the
Open Contracting Data Standard, and from milestones with a value that was observed or computed, after the baseline,
target and actual of IATI. The rules stand in one place (`landbridge.agreements.status`), and every answer says which of
them it follows and on what. A report is added and never changed, so that the register as of any day can be asked for.
Dates are as exact as their source; an unknown date stays unknown and decides nothing.

Limits. The register knows when a thing was reported, not when a row was written: a due date that was put off counts
from the day that the register is first read with it. A date known to the month or the year may lie after the day that
is asked about; such a row is seen, and is left out only where it surely came later.
"""
