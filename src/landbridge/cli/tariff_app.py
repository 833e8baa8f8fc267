"""The commands of `landbridge tariff`."""

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.arguments import AsJson, AsOf, OverStudy, Scenario

tariff_app = typer.Typer(
    help="Tariffs: the lines that a product falls under, products by words, tariff files of your own.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@tariff_app.command("show")
def tariff_show(
    code: Annotated[str, typer.Argument(help="The code of the product, of 2 to 12 digits.", metavar="CODE")],
    territory: Annotated[str, typer.Option(help="Country or bloc whose tariff it is: BY, EAEU.")],
    date: AsOf = "",
    study: OverStudy = None,
    scenario: Scenario = "",
    json: AsJson = False,
) -> None:
    """Show the rates on a product in words, with the text of the act, its days and its source."""
    from landbridge.cli.tariffs import print_lines

    print_lines(code, territory, date=date, study=study, scenario=scenario, json=json)


@tariff_app.command("search")
def tariff_search(
    words: Annotated[list[str], typer.Argument(help="Words of the product's title, or the start of a code.")],
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    json: AsJson = False,
) -> None:
    """Find the code of a product by words."""
    from landbridge.cli.tariffs import print_products

    print_products(" ".join(words), limit=limit, json=json)


@tariff_app.command("import")
def tariff_import(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or XLSX with columns of codes and rates, or a download of WITS, TRAINS or WTO Stats.",
            metavar="FILE",
        ),
    ],
    territory: Annotated[str, typer.Option(help="Country or bloc whose tariff it is: BY, EAEU.")],
    act: Annotated[str, typer.Option(help="Act with its number and date.")],
    source: Annotated[str, typer.Option(help="Key of the table sources: where the file comes from.")],
    date: Annotated[
        str, typer.Option(help="First day in force, YYYY-MM-DD; by default that of the file's year.")
    ] = "",
    quality: Annotated[str, typer.Option(help="measured, published, estimated or default.")] = "published",
    agreement: Annotated[str, typer.Option(help="Row of trade_agreements that gives the preferences.")] = "",
    reporter: Annotated[
        str, typer.Option(help="The file's code of one country, where it holds several.")
    ] = "",
    partner: Annotated[str, typer.Option(help="The file's code of whom the preferences are for.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="A study, or a file to write, .csv; by default the file is only checked."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Read a tariff file, say everything that is wrong with it, and add its rows to a study."""
    from landbridge.cli.tariffs import ImportArguments, import_file

    choice = ImportArguments(
        territory=territory,
        act=act,
        source=source,
        date=date,
        quality=quality,
        agreement=agreement,
        reporter=reporter,
        partner=partner,
    )
    import_file(file, out, choice=choice, json=json)
