"""Every list that the JSON Schemas of our documents publish, and documents in which one of them is as long as one likes."""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from adapter.assembly import default_runtime
from adapter.fhir.json import canonical_bytes
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES

Tree = dict[str, Any]
Schema = dict[str, Any]

FOLDER = EXAMPLES / "infant-final-report"
BASES: Mapping[str, Tree] = {
    "encounter": json.loads((FOLDER / "encounter.json").read_bytes()),
    "ai-report": json.loads((FOLDER / "ai_report.json").read_bytes()),
}
EXCLUDED = {"coverages": ("coverage", "payer")}
"""Fields of a document that go with no such list."""
NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True, kw_only=True)
class PublishedList:
    """A list of a form of ours: where it is (`*` is any item of a list above it), and the examples on the way to its items."""

    form: str
    path: tuple[str, ...]
    on_the_way: tuple[Any, ...]
    item: Any
    item_schema: Schema

    def __str__(self) -> str:
        """The name of the list among the tests."""
        return f"{self.form}:{'.'.join(self.path)}"

    def documents(self, size: int) -> list[Document]:
        """The documents of an example, with so many different items in this list."""
        trees = deepcopy(dict(BASES))
        tree = trees[self.form]
        for name in EXCLUDED.get(self.path[-1], ()):
            del tree[name]
        self._holder(tree)[self.path[-1]] = self.items(size)
        return documents(trees)

    def items(self, size: int) -> list[Any]:
        """So many different items of the list."""
        return [different(self.item, self.item_schema, definitions(self.form), number) for number in range(size)]

    def _holder(self, tree: Tree) -> Tree:
        here: Any = tree
        for step, example in zip(self.path[:-1], self.on_the_way, strict=True):
            if step == "*":
                del here[1:]
                here = here[0]
            else:
                here = here.setdefault(step, deepcopy(example))
        found: Tree = here
        return found


def documents(trees: Mapping[str, Tree]) -> list[Document]:
    """Documents by their forms."""
    return [Document(name=f"{form}.json", content=canonical_bytes(tree)) for form, tree in trees.items()]


def in_both(size: int) -> dict[str, Tree]:
    """The documents of the example with the same features in both, to be merged."""
    features = [{"hpo": f"HP:{number:07d}", "presence": "present", "source": "clinician"} for number in range(size)]
    return {form: {**tree, "phenotypes": features} for form, tree in BASES.items()}


def different(example: Any, schema: Schema, known: Schema, number: int) -> Any:  # noqa: ANN401 - JSON
    """An example with another number in every text and number that is free, so that no two items are the same."""
    schema = next(part for part in resolved(schema, known) if ("properties" in part) is isinstance(example, dict))
    if isinstance(example, dict):
        return {key: different(value, schema["properties"][key], known, number) for key, value in example.items()}
    if isinstance(example, list):
        return [different(value, schema["items"], known, number) for value in example]
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    if "format" in schema or isinstance(example, bool):
        return example
    if isinstance(example, str):
        changed, count = NUMBER.subn(lambda found: str(int(found[0]) + number).zfill(len(found[0])), example)
        changed = changed if count else f"{example}{number}"
        return changed if re.search(schema["pattern"], changed) else example
    return example + number


def whole(example: Any, schema: Schema, known: Schema) -> Any:  # noqa: ANN401 - JSON
    """The example of an item with the examples of all of its fields, where it has fields."""
    if not isinstance(example, dict):
        return example
    fields = next(part for part in resolved(schema, known) if "properties" in part)["properties"]
    return {name: field["examples"][0] for name, field in fields.items() if not name.startswith("$")}


def resolved(schema: Schema, known: Schema) -> Iterator[Schema]:
    """What a schema says, without references, alternatives one by one; what is null is left out."""
    if "$ref" in schema:
        yield from resolved(known[schema["$ref"].rpartition("/")[2]], known)
    elif "anyOf" in schema:
        for alternative in schema["anyOf"]:
            yield from resolved(alternative, known)
    elif schema.get("type") != "null":
        yield schema


def _lists(form: str, schema: Schema, path: tuple[str, ...], on_the_way: tuple[Any, ...]) -> Iterator[PublishedList]:
    for part in resolved(schema, definitions(form)):
        for name, field in part.get("properties", {}).items():
            if name.startswith("$"):
                continue
            example = field["examples"][0]
            for inner in resolved(field, definitions(form)):
                if inner.get("type") == "array":
                    item = whole(example[0], inner["items"], definitions(form))
                    yield PublishedList(
                        form=form, path=(*path, name), on_the_way=on_the_way, item=item, item_schema=inner["items"]
                    )
                    yield from _lists(form, inner["items"], (*path, name, "*"), (*on_the_way, example, None))
            if not isinstance(example, list):
                yield from _lists(form, field, (*path, name), (*on_the_way, example))


@cache
def schema_of(form: str) -> Schema:
    return default_runtime().document_words.schema(form, base="https://x.invalid")


def definitions(form: str) -> Schema:
    found: Schema = schema_of(form)["$defs"]
    return found


def published_lists() -> list[PublishedList]:
    """Every list of every form, those within the items of other lists too."""
    return [found for form in BASES for found in _lists(form, schema_of(form), (), ())]
