"""Which names a service and a stage may have."""

import re

from ..errors import ApiError

_RESERVED = ('cluster', 'management', 'export', 'import')


def check(version, name, stage):
    # The texts speak of 30 characters for both, as the real server's do.
    rule = 'must begin with a letter and may contain letters, digits, hyphens and underscores, at most 30 characters'
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_~]{0,139}', name):
        raise ApiError(4001, f'\'{name}\' is not a valid name for a service. It {rule}.')
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_]{0,29}', stage):
        raise ApiError(4002, f'\'{stage}\' is not a valid name for a service stage. It {rule}.')
    if version.has_reserved_names:
        if name in _RESERVED:
            raise ApiError(4006, f"The name '{name}' is reserved and cannot be used for a service.")
        if stage in _RESERVED:
            raise ApiError(4007, f"The name '{stage}' is reserved and cannot be used for a stage.")
