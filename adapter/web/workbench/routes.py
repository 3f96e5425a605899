"""The table of the workbench's calls."""

from adapter.web.answer import JSON
from adapter.web.route import Route, RouteParameter, one_of
from adapter.web.workbench import bench, conformance, examples, form_page, maps, page, servers, vocabulary
from adapter.web.workbench.workload import FOLDERS, Drafts, Drawing, Examination, MapText, Shipment, Workload

OUTWARD = frozenset({"/workbench/send", "/workbench/conformance"})
"""The paths whose calls wait for a FHIR server."""

_FILE = (
    RouteParameter(
        name="folder", says="The folder, `-` for `/`.", place="path", schema=one_of([f.replace("/", "-") for f in FOLDERS])
    ),
    RouteParameter(name="name", says="The name of the file.", place="path"),
)

WORKBENCH_ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/", call=page.page, says="The workbench.", gives=("text/html",), statuses=(200,)),
    Route(
        method="GET",
        path="/workbench/{name}",
        call=page.file,
        says="A file of the workbench.",
        gives=("text/javascript", "text/css", "text/html", "text/plain", "image/svg+xml"),
        statuses=(200, 404),
        parameters=(RouteParameter(name="name", says="The name of the file.", place="path"),),
    ),
    Route(
        method="GET",
        path="/workbench/plain",
        call=form_page.form,
        says="The workbench as a form, for browsers without JavaScript.",
        gives=("text/html",),
        statuses=(200, 404),
        parameters=(RouteParameter(name="example", says="The example to begin with."),),
    ),
    Route(
        method="POST",
        path="/workbench/plain",
        right="convert",
        call=form_page.convert,
        says="Convert the documents of that form; the results as a page.",
        takes=("multipart/form-data",),
        gives=("text/html",),
        statuses=(200, 422),
    ),
    Route(
        method="POST",
        path="/workbench/convert",
        right="convert",
        call=bench.convert,
        says="Convert documents, also with drafts of maps, and say of every element which characters of the input made it.",
        takes=(JSON,),
        body=Workload,
        gives=(JSON,),
        statuses=(200, 404, 422),
    ),
    Route(
        method="POST",
        path="/workbench/drawing",
        right="convert",
        call=bench.draw,
        says="Draw what the elements of one resource were made from.",
        takes=(JSON,),
        body=Drawing,
        gives=(bench.SVG,),
        statuses=(200, 404, 422),
    ),
    Route(method="GET", path="/servers", call=servers.servers, says="The FHIR servers by name.", gives=(JSON,), statuses=(200,)),
    Route(
        method="POST",
        path="/workbench/send",
        right="operate",
        call=servers.send,
        says="Convert, and send to a FHIR server that the settings name.",
        takes=(JSON,),
        body=Shipment,
        gives=(JSON,),
        statuses=(200, 404, 422),
    ),
    Route(
        method="GET",
        path="/workbench/conformance",
        call=conformance.groups,
        says="The groups of cases that a FHIR server can be tested by.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(
        method="POST",
        path="/workbench/conformance",
        right="operate",
        call=conformance.run_group,
        says="Test a FHIR server that the settings name by one group of cases.",
        takes=(JSON,),
        body=Examination,
        gives=(JSON,),
        statuses=(200, 404, 422),
    ),
    Route(method="GET", path="/maps", call=maps.maps, says="The mapping files, ours and yours.", gives=(JSON,), statuses=(200,)),
    Route(
        method="GET",
        path="/maps/words",
        call=vocabulary.vocabulary,
        says="The words that a map can use: functions, names, and the fields of their types.",
        gives=(JSON,),
        statuses=(200, 404),
        parameters=(
            RouteParameter(name="target", says="The type that the map makes."),
            RouteParameter(name="source", says="The input form that the map reads, if it makes a Case."),
            RouteParameter(name="extends", says="The map that it extends, which says both."),
        ),
    ),
    Route(
        method="GET",
        path="/maps/{folder}/{name}",
        call=maps.map_text,
        says="The text of a mapping file.",
        gives=(JSON,),
        statuses=(200, 404),
        parameters=_FILE,
    ),
    Route(
        method="POST",
        path="/maps/check",
        right="convert",
        call=maps.check,
        says="What is wrong with mapping files as they are being written.",
        takes=(JSON,),
        body=Drafts,
        gives=(JSON,),
        statuses=(200, 422),
    ),
    Route(method="GET", path="/examples", call=examples.examples, says="The examples.", gives=(JSON,), statuses=(200,)),
    Route(method="GET", path="/payers", call=maps.payers, says="The policies of payers.", gives=(JSON,), statuses=(200,)),
)
"""The workbench's calls."""

SAVING_ROUTES: tuple[Route, ...] = (
    Route(
        method="PUT",
        path="/maps/{folder}/{name}",
        right="operate",
        call=maps.save,
        says="Write a mapping file without mistakes into the user's folder.",
        takes=(JSON,),
        body=MapText,
        gives=(JSON,),
        statuses=(200, 422),
        parameters=_FILE,
    ),
)
"""The calls that write; only on this machine's own addresses, and only if they are asked for."""
