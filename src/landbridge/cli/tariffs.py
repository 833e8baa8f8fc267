"""`landbridge tariff`: lines, products and imports, for people and for scripts."""

from dataclasses import dataclass
from pathlib import Path

import typer

from landbridge.api import tariffs
from landbridge.cli.arguments import read_date
from landbridge.cli.printing import (
    describe_finding,
    end_progress,
    print_findings,
    print_json,
    print_table,
    say,
    show_progress,
)
from landbridge.landed_cost.rate_text import write_rate
from landbridge.landed_cost.tariff_lines import TariffLine
from landbridge.schema.errors import InputError, raise_errors
from landbridge.schema.findings import has_errors

WIDEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportArguments:
    """The options of the command that say what a file does not say of itself."""

    territory: str
    act: str
    source: str
    date: str
    quality: str
    agreement: str
    reporter: str
    partner: str

    def choose(self) -> tariffs.TariffChoice:
        """The choice that they make. Raises InputError for a date that is none."""
        return tariffs.TariffChoice(
            territory=self.territory,
            act=self.act,
            source=self.source,
            date=read_date(self.date) if self.date else None,
            quality=self.quality,
            agreement=self.agreement,
            reporter=self.reporter,
            partner=self.partner,
        )


def print_lines(
    code: str, territory: str, *, date: str, study: Path | None, scenario: str, json: bool
) -> None:
    """Print the lines that a product falls under; without a duty among them the exit code is that of an input fault."""
    day = read_date(date) if date else None
    found = tariffs.find_tariff_lines(code, territory, date=day, study=study, scenario=scenario)
    if json:
        print_json(found.to_json())
    else:
        _print_product(found)
        _print_rates(found)
        print_findings(found.findings)
    if has_errors(found.findings):
        raise typer.Exit(InputError.exit_code)


def _print_product(found: tariffs.TariffLines) -> None:
    for depth, (code, title) in enumerate([*found.parents, (found.product, found.title)]):
        say(f"{'  ' * depth}{code}  {_shorten(title)}")
    for code, title in found.children:
        say(f"{'  ' * (len(found.parents) + 1)}{code}  {_shorten(title)}")


def _print_rates(found: tariffs.TariffLines) -> None:
    if not found.lines:
        return
    say()
    say(f"Tariff of {found.territory} on {found.date}")
    print_table(
        ("code", "charge", "rate", "from", "until", "quality", "territory"),
        [
            (
                line.product,
                _name_charge(line),
                write_rate(line.rate) + (" (average)" if line.average else ""),
                str(line.from_ or ""),
                str(line.until or ""),
                line.quality,
                line.territory,
            )
            for line in found.lines
        ],
    )
    if not found.exact and any(line.charge == "duty" and line.treatment == "mfn" for line in found.lines):
        say("The duty depends on the national line: give the full code.")
    say()
    for text in dict.fromkeys(f"{line.act} [{line.source}]: {line.text}" for line in found.lines):
        say(text)


def _name_charge(line: TariffLine) -> str:
    parts = [line.charge.replace("_", "-"), "" if line.treatment == "mfn" else line.treatment, line.agreement]
    parts += [f"quota {line.quota}" if line.quota else "", f"months {line.months}" if line.months else ""]
    parts += [f"from {', '.join(line.origins)}" if line.origins else ""]
    return " ".join(filter(None, parts))


def _shorten(title: str) -> str:
    return title if len(title) <= WIDEST else f"{title[:WIDEST]}..."


def print_products(words: str, *, limit: int, json: bool) -> None:
    """Print the products that words may mean, best first."""
    hits = tariffs.search_products(words, limit=limit)
    if json:
        print_json({"products": [{"code": hit.code, "title": hit.title, "score": hit.score} for hit in hits]})
        return
    if not hits:
        say(f"no title of HS 2022 holds words like {words!r}: try the material or the machine, in English")
        return
    print_table(("code", "title"), [(hit.code, _shorten(hit.title)) for hit in hits])


def import_file(path: Path, out: Path | None, *, choice: ImportArguments, json: bool) -> None:
    """Read a tariff file, and write its rows where a place is given; errors leave by exception."""
    chosen = choice.choose()
    show_progress("reading the tariff")
    if out is None:
        read = tariffs.read_tariff(path, chosen)
        end_progress()
        raise_errors(read.findings)
        layout, rows, findings, written = read.layout, len(read.frame), read.findings, ""
    else:
        made = tariffs.import_tariff(path, out, choice=chosen)
        end_progress()
        layout, rows, findings, written = made.layout, made.rows, made.findings, str(made.out)
    if json:
        described = [describe_finding(finding) for finding in findings]
        print_json({"layout": layout, "rows": rows, "out": written, "findings": described})
        return
    print_findings(findings)
    say(
        f"{path.name} ({layout}): {rows:,} rows" + (f" written to {written}" if written else ", none written")
    )
