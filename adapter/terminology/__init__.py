"""The adapter's terminology: code systems, value sets and concept maps, the operations on them, and what mappings ask."""

from adapter.terminology.terminology import Terminology, UnknownNameError

__all__ = ["Terminology", "UnknownNameError"]
