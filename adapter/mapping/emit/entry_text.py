"""The JSON of a lineage entry, in the parts in which it becomes known: the element, its line, what documents say, what was done.

Most of an entry is the same for every input. It is written once for each line of a map, and a conversion puts the parts together.
Names of elements are FHIR's own, so that nothing in them needs to be escaped.
"""

import orjson


def entry_start(root: str) -> str:
    """The first part, before the name of an element within `root`; it begins with the comma behind the entry before."""
    return f',{{"element":"{root}.'


def entry_line(place: str, text: str) -> str:
    """The second part, after that name: the line of the mapping."""
    return f'","place":{_json(place)},"text":{_json(text)},'


def entry_sources(fields: tuple[str, ...], positions: tuple[str, ...]) -> str:
    """The third part: the fields of the Case, and where documents say them."""
    return _json({"fields": fields, "positions": positions})[1:-1] + ',"functions":'


def entry_end(functions: tuple[str, ...], *, is_constant: bool, through: tuple[str, ...] = ()) -> str:
    """The last part: what was done with them."""
    return f'{_json(functions)},"constant":{_json(is_constant)},"missing":null,"through":{_json(through)}}}'


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
