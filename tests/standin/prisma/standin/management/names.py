"""Which names a service and a stage may have."""

import re

from ..errors import ApiError

_RESERVED = ('cluster', 'management', 'export', 'import')


def check(version, name, stage):
    # The text speaks of 30 characters for both, and of "a service name", as the real server's does.
    rule = 'It must start with a letter and may contain up to 30 letters, numbers, underscores and hyphens.'
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_~]{0,139}', name):
        raise ApiError(4001, f'{name} is not a valid name for a service name. {rule}')
    if not re.fullmatch(r'[a-zA-Z][a-zA-Z0-9\-_]{0,29}', stage):
        raise ApiError(4002, f'{stage} is not a valid name for a service stage. {rule}')
    if version.has_reserved_names:
        if name in _RESERVED:
            raise ApiError(4006, f'Service name {name} is reserved. Please choose a different name.')
        if stage in _RESERVED:
            raise ApiError(4007, f'Stage name {stage} is reserved. Please choose a different stage name.')
