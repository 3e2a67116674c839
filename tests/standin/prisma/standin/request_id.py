"""Request ids in the form of the real server: `local:management:` and a cuid."""

import random
import string
import time

_DIGITS = string.digits + string.ascii_lowercase


def cuid():
    moment, text = int(time.time() * 1000), ''
    while moment:
        moment, digit = divmod(moment, 36)
        text = _DIGITS[digit] + text
    return 'c' + text + ''.join(random.choices(_DIGITS, k=24 - len(text)))


def new(version, api, environment):
    prefix = version.request_id_prefix(api)
    if prefix.startswith('local'):
        prefix = environment.get('ENV', 'local') + prefix[len('local'):]
    return f'{prefix}:{cuid()}'
