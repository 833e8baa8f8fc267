"""`landbridge origin`: whether goods originate under an agreement, for people and for scripts."""

from dataclasses import dataclass
from pathlib import Path

import typer

from landbridge.api import OriginAnswer, OriginOptions, Passage, judge_origin
from landbridge.cli.arguments import read_date
from landbridge.cli.printing import print_json, print_table, say
from landbridge.cli.routing import read_ground
from landbridge.schema import load_catalogue

VERDICTS = {"originates": "originates", "does_not": "does not originate", "unknown": "not known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginArguments:
    """The arguments of the command."""

    bill: Path
    agreement: str
    product: str
    made_in: str
    date: str
    study: Path | None
    inland: float
    is_set: bool
    through: tuple[str, ...]
    name: str


def print_origin(arguments: OriginArguments, *, json: bool) -> None:
    """Judge the goods and print the verdict; without a date on the day of the study's first scenario."""
    ground = read_ground(arguments.study, "")
    answer = judge_origin(
        arguments.bill,
        product=arguments.product,
        agreement=arguments.agreement,
        made_in=arguments.made_in.upper(),
        date=read_date(arguments.date) if arguments.date else ground.setting.date,
        options=OriginOptions(
            inland=arguments.inland,
            is_set=arguments.is_set,
            passages=tuple(map(read_passage, arguments.through)),
            bill=arguments.name,
            tables=ground.tables,
        ),
    )
    if json:
        print_json(answer.to_json())
        return
    _print_answer(answer)


def _print_answer(answer: OriginAnswer) -> None:
    claim, origin = answer.claim, answer.origin
    say(f"{claim.product} made in {claim.made_in} under {answer.agreement.title}, on {claim.date}")
    word = VERDICTS[origin.verdict]
    say(origin.arithmetic if origin.arithmetic.endswith(word) else f"{word}: {origin.arithmetic}")
    say()
    if origin.parts:
        print_table(
            ("rule", "answer", "reckoning"), [(p.rule, p.verdict, p.arithmetic) for p in origin.parts]
        )
        say()
    for line in origin.change:
        say(f"to originate: {line}")
    say(f"rule: {origin.rule or 'none known'} ({origin.act})")
    say(f"proof: {answer.agreement.proof or 'not known'}")
    say(f"way: {answer.way.verdict}: {answer.way.text}")
    for document in answer.way.documents:
        say(f"  needs {document}")
    for finding in origin.findings:
        say(f"{finding.severity}: {finding.what}" + (f"; {finding.remedy}" if finding.remedy else ""))


def read_passage(text: str) -> Passage:
    """A country of the way with what is done there: AZ, AZ:handled, AZ:stored.

    >>> read_passage("az:handled+stored")
    Passage(country='AZ', handled=True, stored=True, worked=False)
    """
    country, _, words = text.partition(":")
    done = {word for word in words.split("+") if word}
    if country.upper() not in load_catalogue().country_codes or done - {"handled", "stored", "worked"}:
        what = f"{text!r} is no passage: write AZ, AZ:handled or AZ:stored"
        raise typer.BadParameter(what, param_hint="--through")
    return Passage(country.upper(), **dict.fromkeys(done, True))
