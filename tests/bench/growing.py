"""What a file store costs as it grows from a thousand to a million encounters: rows of docs/scale.md.

Run it with `python -m tests.bench.growing`; it needs two gigabytes of disk here.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count
from secrets import token_hex

from sqlalchemy import Connection, insert

from adapter.conversion import Options
from adapter.delivery.intake import Posted, arrival_of
from adapter.delivery.opening import Surroundings, open_store
from adapter.delivery.record import Arrival, EncounterName
from adapter.delivery.shelf import Shelf
from adapter.delivery.store import Store
from adapter.delivery.store_table import DELIVERY, DOCUMENT, ENCOUNTER, KNOWN_AS
from tests.delivery.ground import KEY, encounter_document, runtime

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_AT_ONCE = 10_000
_TRIES = 200
_NUMBERS = count(1)


def growing() -> None:
    """Print milliseconds of processor time of what is asked again and again, at each size."""
    posted = Posted(documents=(encounter_document(1),), caller="bench", settings={})
    arrival = arrival_of(runtime().pipeline, posted, Options())
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = open_store(f"sqlite:///{folder}/store.db", KEY, Surroundings(now=time.time, new_id=lambda: token_hex(16)))
        kept = 0
        for size in SIZES:
            while kept < size:
                some = min(_AT_ONCE, size - kept)
                store.write(partial(_fill, store, range(kept, kept + some)))
                kept += some
            print(
                json.dumps(
                    {f"{size:,} encounters: ms of {name}": value for name, value in _asked(store, size, arrival).items()},
                    indent=2,
                )
            )
        store.close()


def _fill(store: Store, numbers: range, connection: Connection) -> None:
    """Keep encounters that were delivered, each with one document."""
    now = time.time()
    begun = {"patient": "p", "state": "made", "received": 1, "made": 1, "created": now, "changed": now}
    known = [{"digest": store.seal.digest("encounter", f"key-{number}"), "encounter": f"enc-{number}"} for number in numbers]
    sent = {
        "number": 1,
        "subject": "s",
        "form": "json",
        "digest": "d",
        "size": 1,
        "received": now,
        "caller": "c",
        "settings": "{}",
    }
    gone = {"target": "clinical", "state": "delivered", "digest": "d", "attempts": 0, "changed": now}
    connection.execute(insert(ENCOUNTER), [{"id": f"enc-{number}", **begun} for number in numbers])
    connection.execute(insert(KNOWN_AS), known)
    connection.execute(insert(DOCUMENT), [{"encounter": f"enc-{number}", **sent} for number in numbers])
    connection.execute(insert(DELIVERY), [{"encounter": f"enc-{number}", **gone} for number in numbers])


def _asked(store: Store, size: int, arrival: Arrival) -> dict[str, float]:
    shelf = Shelf(store)
    numbers = [number * (size // _TRIES) for number in range(_TRIES)]
    with store.reading() as connection:
        reading: dict[str, Callable[[int], object]] = {
            "an encounter by its id": lambda number: store.encounter(connection, f"enc-{number}"),
            "an encounter by a business key": lambda number: store.encounters(connection, business_key=f"key-{number}"),
            "looking for work": lambda _number: store.due(connection, 10),
        }
        found = {name: _median(read, numbers) for name, read in reading.items()}

    def keep_all(connection: Connection) -> float:
        return _median(lambda _number: shelf.accept(connection, _new(arrival)), numbers)

    return {**found, "keeping a document": store.write(keep_all)}


def _new(arrival: Arrival) -> Arrival:
    number = next(_NUMBERS)
    return replace(arrival, names=(EncounterName(number=f"new-{number}"),), patient=f"new-{number}")


def _median(work: Callable[[int], object], numbers: list[int]) -> float:
    times = []
    for number in numbers:
        began = time.thread_time()
        work(number)
        times.append(time.thread_time() - began)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    growing()
