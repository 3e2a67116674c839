"""Text that is no JSON, in the words of the two libraries that real servers read it with."""

import json
import re

_EXPECTED = {'Expecting property name enclosed in double quotes': "'\"'", "Expecting ':' delimiter": "':'"}
_WORDS = ('null', 'true', 'false')
_BODY_WORDS, _VALUE_WORDS = "('true', 'false' or 'null')", "'null', 'true', 'false' or NaN"


class NoJson(Exception):
    """The text says what is wrong."""


def decode(text, version, is_body=True):
    try:
        return json.loads(text)
    except ValueError as problem:
        place = getattr(problem, 'pos', 0)
        words = _BODY_WORDS if is_body else _VALUE_WORDS
        told = _late(text, place, words) if version.since(1, 8) else _early(text, place, problem.msg)
        raise NoJson(told) from None


def _early(text, place, reason):
    line = text.count('\n', 0, place) + 1
    column = place - (text.rfind('\n', 0, place) + 1)
    what = 'end-of-input' if place >= len(text) else f"character '{_odd_one(text[place:])}'"
    expected = _EXPECTED.get(reason, 'JSON Value')
    shown = text.split('\n')[line - 1]
    return (f'Unexpected {what} at input index {place} (line {line}, position {column + 1}), expected {expected}:\n'
            f'{shown}\n{" " * column}^\n')


def _odd_one(rest):
    """The first character that does not belong there: words are compared letter by letter."""
    word = next((one for one in _WORDS if one[0] == rest[0]), '')
    return next((char for char, wanted in zip(rest, word) if char != wanted), rest[0])


def _late(text, place, words):
    where = f'\n at [Source: {text}; line: 1, column: {place + 1}]'
    if place >= len(text):
        kind = 'Object' if text.lstrip().startswith('{') else 'Array'
        return (f'Unexpected end-of-input: expected close marker for {kind} (start marker at [Source: {text}; line: 1, '
                f'column: 1]){where}')
    token = re.match(r'\w+|.', text[place:], re.DOTALL).group()
    return f"Unrecognized token '{token}': was expecting {words}{where}"
