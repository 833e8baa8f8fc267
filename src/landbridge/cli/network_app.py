"""The commands of `landbridge network`."""

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.arguments import AsJson, StudyPath, split_list

network_app = typer.Typer(
    help="The shipped world network, and networks of your own.", no_args_is_help=True, rich_markup_mode=None
)
NetworkFile = Annotated[
    Path,
    typer.Argument(help="A folder with node.csv and link.csv, a .gpkg or a .parquet file.", metavar="FILE"),
]


@network_app.command("check")
def network_check(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A network of your own: a folder with node.csv and link.csv, a .gpkg or a .parquet file.",
            metavar="[FILE]",
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say what is wrong with a network: the shipped one, or one of your own."""
    from landbridge.cli.networks import check_file, print_check

    if file is None:
        print_check(json=json)
    else:
        check_file(file, json=json)


@network_app.command("import")
def network_import(
    file: NetworkFile,
    study: StudyPath,
    source: Annotated[str, typer.Option(help="Key of the table sources: where the network comes from.")],
    quality: Annotated[str, typer.Option(help="measured, published, estimated or default.")],
    mode: Annotated[
        str, typer.Option(help="road, rail, inland_water or sea, where the file does not tell.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Add a network of your own to a study, as rows of its places.csv and legs.csv."""
    from landbridge.cli.networks import import_file

    import_file(file, study, source=source, quality=quality, mode=mode, json=json)


@network_app.command("diff")
def network_diff(
    one: Annotated[str, typer.Argument(help="Folder of a built network, or the word shipped.")],
    other: Annotated[str, typer.Argument(help="The network to compare with it.")],
    json: AsJson = False,
) -> None:
    """Show what differs between two builds of the world network."""
    from landbridge.cli.networks import print_diff

    print_diff(one, other, json=json)


@network_app.command("export")
def network_export(
    out: Annotated[Path, typer.Argument(help="Folder for gmns; a file for gpkg.")],
    format: Annotated[str, typer.Option(help="gmns or gpkg; by default from the name.")] = "",
    layers: Annotated[
        str, typer.Option(help="Layers with commas: road,rail,sea,inland_water; all by default.")
    ] = "",
    countries: Annotated[str, typer.Option(help="Countries with commas: BY,PL; all by default.")] = "",
) -> None:
    """Write the shipped network as GMNS files or as a GeoPackage, with its licence."""
    from landbridge.cli.networks import export_file

    export_file(out, format=format, layers=split_list(layers), countries=split_list(countries))


@network_app.command("validate")
def network_validate(
    out: Annotated[Path | None, typer.Option(help="Write the page of Markdown here.")] = None,
    json: AsJson = False,
) -> None:
    """Compare the shipped network with published lengths, times, costs and border crossings (some minutes)."""
    from landbridge.cli.validation import print_validation

    print_validation(out, json=json)
