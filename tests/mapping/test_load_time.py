"""What a map decides when it is loaded: shared names, what is never made, and what the proof then knows."""

from adapter.fhir.outline import Constant, Either, ListOutline, ObjectOutline
from adapter.mapping.emit.compiled import CompiledMap
from tests.mapping.ground import case_of, load, made_of, resources

NAMED = """
names:
  mrn: =case.patient.mrn
  codes: =join('+', first(f.hpo for f in case.phenotypes))
  both: =join('|', mrn, codes)
  number: =join('|', mrn, case.id) or case.id
---
map: one
target: Basic
resource:
  id: =stable_id('Basic', number)
  code:
    text: =both or case.id
  subject: =None if case.test else None
---
map: other
for: f in case.phenotypes
target: Basic
resource:
  id: =stable_id('Basic', number, f.hpo)
  code:
    text: "=join(' ', number, f.hpo) or case.id"
"""

LABELLED = """
map: patient
target: Patient
resource:
  id: =stable_id('Patient', case.patient.mrn)
  meta:
    security:
      - =coding('v3-ActReason', 'HTEST') if case.test else None
      - =coding('v3-ActCode', 'GDIS') if options.narrative else None
    tag:
      - =None if case.test else None
    profile: ["=None if options.narrative else None"]
"""


def test_names_mean_the_same_in_every_map_whether_they_go_through_a_list_or_not() -> None:
    case = case_of(phenotypes=[{"hpo": "HP:0000316", "presence": "present"}])

    texts = [made["code"]["text"] for made in resources(load(NAMED), case)]

    assert texts == ["M-1|HP:0000316", "M-1|C-1 HP:0000316"]


def test_names_that_go_through_no_list_are_worked_out_once_for_all_maps() -> None:
    one, other = load(NAMED).maps

    assert one.bench.shared is other.bench.shared
    assert one.bench.shared.values(case_of(), None, None) == ("M-1", "M-1|C-1")


def _labelled() -> CompiledMap:
    (compiled,) = load(LABELLED).maps
    return compiled


def test_what_is_never_made_is_not_foreseen() -> None:
    meta = _labelled().outline.members["meta"]

    assert isinstance(meta, ObjectOutline)
    assert meta.members.keys() == {"security"}


def test_what_stands_behind_conditions_is_foreseen_as_it_is() -> None:
    meta = _labelled().outline.members["meta"]
    assert isinstance(meta, ObjectOutline)
    security = meta.members["security"]

    assert isinstance(security, ListOutline)
    assert isinstance(security.item, ObjectOutline)
    assert security.item.members["code"] == Either((Constant("HTEST"), Constant("GDIS")))


def test_what_is_never_made_is_left_out_and_explained() -> None:
    library, case = load(LABELLED), case_of()

    (made,) = made_of(library, case, narrative=False)

    assert "meta" not in made.resource
    _, groups = made.map.make("explain")
    missing = {site.path[1] for group in groups if group.missing for site in group.sites if len(site.path) > 1}
    assert missing == {"security", "tag", "profile"}
