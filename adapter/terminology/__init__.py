"""The adapter's terminology in memory: code systems by alias, our own codes, and translations between code systems."""

from adapter.terminology.load import load_terminology
from adapter.terminology.terminology import Terminology, UnknownNameError

__all__ = ["Terminology", "UnknownNameError", "load_terminology"]
