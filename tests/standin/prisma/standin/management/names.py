"""Which names a service and a stage may have."""

import re

from ..errors import ApiError

_RESERVED = ('cluster', 'management', 'export', 'import')


# The text speaks of 30 characters for both, and of "a service name", as the real server's does.
_RULE = 'It must start with a letter and may contain up to 30 letters, numbers, underscores and hyphens.'


def invalid_service(name):
    return ApiError(4001, f'{name} is not a valid name for a service name. {_RULE}')


def check(version, name, stage):
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_~]{0,139}', name):
        raise invalid_service(name)
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_]{0,29}', stage):
        raise ApiError(4002, f'{stage} is not a valid name for a service stage. {_RULE}')
    if version.has_reserved_names:
        if name in _RESERVED:
            raise ApiError(4006, f'Service name {name} is reserved. Please choose a different name.')
        if stage in _RESERVED:
            raise ApiError(4007, f'Stage name {stage} is reserved. Please choose a different stage name.')
