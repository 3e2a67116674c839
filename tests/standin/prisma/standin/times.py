"""Times as clients write them."""

import re
from datetime import datetime, timezone

from .errors import ApiError


def parse_time(text):
    try:
        moment = datetime.fromisoformat(re.sub(r'(\.\d{1,6})\d*', lambda found: found.group(1).ljust(7, '0'),
                                               text.replace('Z', '+00:00')))
    except ValueError:
        raise ApiError(3032, f'"{text}" is not a valid DateTime') from None
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
