"""Mapping files that cannot be used."""

from adapter.strict_yaml.problem import BadFileError


class BadMappingError(BadFileError):
    """Mapping files that cannot be used; raised with all of their problems at once."""

    file_kind = "map"
