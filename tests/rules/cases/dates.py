"""Examples of rules about dates of service."""

from adapter.rules.circumstances import Circumstances
from tests.rules.ground import LINE, PREAUTHORIZATION, VISIT, WITHOUT_BILLING, Example

MADE = {"billing.created": "2024-05-03"}

EXAMPLES = [
    Example("DOS-01", {f"{LINE}.dos_start": "2022-06-30"}, (f"{LINE}.dos_start",)),
    Example("DOS-01", {f"{LINE}.dos_start": "2022-07-01"}, ()),
    Example("DOS-01", {"billing.lines[1].dos_start": "2022-06-30"}, ()),
    Example("DOS-01", {f"{LINE}.dos_start": None, f"{LINE}.dos_end": "2022-06-30"}, ()),
    Example("DOS-03", {"billing.lines[1].dos_start": None}, ("billing.lines[1].dos_start",)),
    Example("DOS-03", {f"{LINE}.dos_end": "2024-05-01"}, (f"{LINE}.dos_end",)),
    Example("DOS-03", {f"{LINE}.dos_end": "2024-05-02"}, ()),
    Example("DOS-03", {f"{LINE}.dos_end": "2024-05-03"}, ()),
    Example("DOS-02", {f"{LINE}.dos_start": "2028-01-01"}, (f"{LINE}.dos_start",)),
    Example("DOS-02", {f"{LINE}.dos_start": "2027-12-31"}, ()),
    Example("DOS-02", {f"{VISIT}.dos_start": "2028-01-01"}, ()),
    Example("DOS-02", {f"{LINE}.dos_start": None}, ()),
    Example(
        "DOS-02", {f"{LINE}.dos_start": "2024-05-02"}, (f"{LINE}.dos_start",), circumstances=Circumstances(sunset="2024-05-02")
    ),
    Example("DOS-02", {f"{LINE}.dos_start": "2028-01-01"}, (), circumstances=Circumstances(sunset="2033-01-01")),
    Example("DOS-04", {"billing.created": "2024-05-01"}, tuple(f"billing.lines[{n}].dos_start" for n in range(4))),
    Example("DOS-04", MADE | {f"{VISIT}.dos_start": "2024-05-04"}, (f"{VISIT}.dos_start",)),
    Example("DOS-04", MADE | {f"{VISIT}.dos_end": "2024-05-04"}, (f"{VISIT}.dos_end",)),
    Example("DOS-04", MADE | {f"{VISIT}.dos_start": None, f"{VISIT}.dos_end": "2024-05-04"}, (f"{VISIT}.dos_end",)),
    Example("DOS-04", MADE | {f"{VISIT}.dos_start": "2024-05-04", f"{VISIT}.dos_end": "2024-05-05"}, (f"{VISIT}.dos_start",)),
    Example("DOS-04", MADE | {f"{VISIT}.dos_start": "2024-05-03", f"{VISIT}.dos_end": "2024-05-03"}, ()),
    Example("DOS-04", {"billing.created": "2024-05-02"}, ()),
    Example("DOS-04", {"billing.created": "2024-04"}, tuple(f"billing.lines[{n}].dos_start" for n in range(4))),
    Example("DOS-04", {"billing.created": "2024-05"}, ()),
    Example("DOS-04", {"billing.created": "2024"}, ()),
    Example("DOS-04", {}, ()),
    Example("DOS-04", {"billing.created": "2024-05-01"} | PREAUTHORIZATION, ()),
    Example("DOS-04", WITHOUT_BILLING, (), circumstances=Circumstances(today="2024-05-01")),
    Example(
        "DOS-04", {}, tuple(f"billing.lines[{n}].dos_start" for n in range(4)), circumstances=Circumstances(today="2024-05-01")
    ),
    Example("DOS-04", {}, (), circumstances=Circumstances(today="2024-05-02")),
    Example(
        "DOS-04",
        {"billing.created": "2024-05-03"},
        tuple(f"billing.lines[{n}].dos_start" for n in range(4)),
        circumstances=Circumstances(today="2024-05-01"),
    ),
    Example("DOS-04", {"billing.created": "2024-05-03"}, (), circumstances=Circumstances(today="2024-05-02")),
    # The day is the one that was written, whatever its offset: no false error around midnight.
    Example("DOS-04", {"billing.created": "2024-05-02T23:59:59-05:00"}, ()),
    Example("DOS-04", {"billing.created": "2024-05-02T00:00:00+14:00"}, ()),
    Example("DOS-04", {"billing.created": "2024-05-02T04:30:00Z"}, ()),
    Example("DOS-04", {"billing.created": "2024-05-01T23:59:59-12:00"}, tuple(f"billing.lines[{n}].dos_start" for n in range(4))),
]
