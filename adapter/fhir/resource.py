"""Resources and elements as JSON, for annotations."""

from typing import TypeAlias

from adapter.json_types import JsonMapping, JsonObject

Resource: TypeAlias = JsonObject
"""A resource, which is made or changed."""

Element: TypeAlias = JsonMapping
"""A resource or a part of one, which is only read."""
