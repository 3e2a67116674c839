"""Request ids in the form of the real server: `local:management:` and a cuid."""

import itertools
import random
import string
import time

_DIGITS = string.digits + string.ascii_lowercase
_counter = itertools.count()


def cuid():
    """`c`, the time, a counter, and random digits: so ids sort by creation."""
    text = _base36(int(time.time() * 1000), 8) + _base36(next(_counter) % 36**4, 4)
    return 'c' + text + ''.join(random.choices(_DIGITS, k=24 - len(text)))


def _base36(number, width):
    text = ''
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, '0')


def new(version, api, environment):
    prefix = version.request_id_prefix(api)
    if prefix.startswith('local'):
        prefix = environment.get('ENV', 'local') + prefix[len('local'):]
    return f'{prefix}:{cuid()}'
