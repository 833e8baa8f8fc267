"""Bills of materials from files and frames: all faults at once, money in one currency, garbage without a traceback."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.bills import read_bill
from landbridge.schema import InputError

HEAD = "part,kind,product,made_in,value,currency,weight,place,made_by,bill\n"
GOOD = (
    HEAD
    + "engine,,8408.90,DE,40,EUR,900,,,tractor\n"
    + "steel,material,7208,IR,20,USD,1500,,,tractor\n"
    + "axle,,8708,TZ,10,USD,200,,axles,tractor\n"
    + "labour,labour,,,30,USD,,,,tractor\n"
    + "ckd: welding and painting,process,,,,,,,,tractor\n"
    + "bar,,7214,CN,6,USD,190,,,axles\n"
)


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "bom.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path, **more: object) -> set[tuple[str, int | None, str]]:
    with pytest.raises(InputError) as caught:
        read_bill(path, **more)  # type: ignore[arg-type]
    return {(finding.code, finding.row, finding.column) for finding in caught.value.findings}


def test_a_bill_is_read_in_one_currency(tmp_path: Path) -> None:
    bill = read_bill(write(tmp_path, GOOD), currency="USD", exchange={"EUR": 1.25})
    assert (bill.name, bill.currency, len(bill.lines)) == ("tractor", "USD", 5)
    assert bill.lines[0].product == "840890"
    assert bill.price == 50 + 20 + 10 + 30
    assert bill.weight == 2600
    assert bill.lines[2].made_by == "axles"
    assert bill.others["axles"].price == 6


def test_the_currency_is_that_of_the_first_line(tmp_path: Path) -> None:
    bill = read_bill(write(tmp_path, GOOD), exchange=lambda into: {"USD": 0.8} if into == "EUR" else {})
    assert bill.price == 40 + 16 + 8 + 24


def test_a_frame_is_read_as_a_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    from_file = read_bill(path, exchange={"USD": 0.8})
    frame = pd.read_csv(path, dtype=str, keep_default_na=False).assign(
        value=lambda f: pd.to_numeric(f["value"]), weight=lambda f: pd.to_numeric(f["weight"])
    )
    frame["kind"] = frame["kind"].replace("", "material")
    from_frame = read_bill(frame.replace("", None), exchange={"USD": 0.8})
    assert [repr(line) for line in from_frame.lines] == [repr(line) for line in from_file.lines]


def test_a_frame_without_its_columns_says_which_are_missing() -> None:
    with pytest.raises(InputError) as caught:
        read_bill(pd.DataFrame({"foo": [1]}))
    told = {finding.code: finding.what for finding in caught.value.findings}
    assert set(told) == {"unknown_column", "bad_bill"}
    assert told["bad_bill"].endswith("there is no column part")


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = (
        HEAD
        + "engine,motor,8408,DE,40,USD,,,,\n"
        + "steel,,9877,IR,-2,USD,,,,\n"
        + "axle,,8708,Iran,ten,USX,,,nowhere,\n"
        + ",,8708,IR,1,USD,,,,\n"
        + "bolt,,7318,IR,1,EUR,,,,\n"
    )
    found = faults(write(tmp_path, text))
    assert {
        ("bad_choice", 2, "kind"),
        ("unknown_product", 3, "product"),
        ("out_of_range", 3, "value"),
        ("unknown_country", 4, "made_in"),
        ("bad_number", 4, "value"),
        ("unknown_currency", 4, "currency"),
        ("unknown_bill", 4, "made_by"),
        ("empty_cell", 5, "part"),
        ("missing_rate", 6, "currency"),
    } <= found


def test_a_missing_value_is_a_warning_and_no_price(tmp_path: Path) -> None:
    bill = read_bill(write(tmp_path, "part,product,value\nsteel,7208,\n"))
    assert [finding.code for finding in bill.findings] == ["missing_value"]
    assert math.isnan(bill.price)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("part,value\n", "empty_bill"),
        ("a,b\n1,2\n", "no_header"),
        ("value\n1\n", "missing_column"),
        ("part;value\nx;1\n", "bad_separator"),
        (b"part,value\n\xff\x00,1\n", "not_text"),
        ("part,bill,value\nx,a,1\ny,b,1\n", "several_bills"),
        ("part,sort,value\nx,a,1\n", "unknown_column"),
    ],
)
def test_files_that_are_no_bill(tmp_path: Path, text: str | bytes, code: str) -> None:
    assert code in {found for found, _, _ in faults(write(tmp_path, text))}


def test_a_bill_that_is_not_there(tmp_path: Path) -> None:
    assert ("no_file", None, "") in faults(tmp_path / "none.csv")
    assert {code for code, _, _ in faults(write(tmp_path, GOOD), name="plough", exchange={"USD": 1.0})} == {
        "unknown_bill"
    }
    with pytest.raises(InputError):
        read_bill(pd.DataFrame({"part": ["x"], "value": ["much"]}))
    with pytest.raises(InputError):
        read_bill(pd.DataFrame({"value": [1.0]}))
    with pytest.raises(InputError):
        read_bill(pd.DataFrame({"part": ["x"], "value": [-1.0]}))


CELL = st.text(alphabet="abcIRUSD0123456789.,;\"'\n é-", max_size=12)


@given(rows=st.lists(st.lists(CELL, max_size=11), max_size=6), header=st.booleans())
def test_garbage_is_findings_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], header: bool
) -> None:
    path = tmp_path_factory.mktemp("bill") / "bom.csv"
    path.write_text((HEAD if header else "") + "\n".join(",".join(row) for row in rows), encoding="utf-8")
    try:
        bill = read_bill(path)
    except InputError as error:
        found = error.findings
    else:
        found = bill.findings
        assert bill.lines
    assert all(finding.what for finding in found)
