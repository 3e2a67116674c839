"""What a request to import or export must look like, and the words of a real server for one that does not."""

from ..errors import Crash

_KINDS = {
    int: ('Int', 'JsNumber', 'jsnumber'),
    str: ('String', 'JsString', 'jsstring'),
    list: ('List', 'JsArray', 'jsarray'),
}
IMPORT = {'valueType': str, 'values': list}


def export_shape(version):
    names = ('table', 'row') if version.since(1, 8) else ('table', 'row', 'field', 'array')
    return {'fileType': str, 'cursor': dict.fromkeys(names, int)}


def check(request, shape, version):
    if not version.since(1, 8):
        _check_one_by_one(request, shape)
        return
    problems = list(_problems(request, shape, ''))
    if problems:
        raise play(problems)


def play(problems):
    """Pairs of a path and what is wrong there, as Play's reader of JSON tells them."""
    told = ', '.join(f'({path},List(JsonValidationError(List(error.{what}),WrappedArray())))' for path, what in problems)
    return Crash(f'JsResultException(errors:List({told}))')


def _problems(value, shape, path):
    if not isinstance(value, dict):
        yield path, 'expected.jsobject'
        return
    for name, wanted in shape.items():
        place = f'{path}/{name}'
        if name not in value:
            yield place, 'path.missing'
        elif isinstance(wanted, dict):
            yield from _problems(value[name], wanted, place)
        elif not isinstance(value[name], wanted):
            yield place, f'expected.{_KINDS[wanted][2]}'


def _check_one_by_one(value, shape):
    """The older library stops at the first problem."""
    for name, wanted in shape.items():
        if not isinstance(value, dict):
            raise Crash(f"Object expected in field '{name}'")
        if name not in value:
            raise Crash(f"Object is missing required member '{name}'")
        if isinstance(wanted, dict):
            _check_one_by_one(value[name], wanted)
        elif not isinstance(value[name], wanted):
            shown = f'"{value[name]}"' if isinstance(value[name], str) else value[name]
            raise Crash(f'Expected {_KINDS[wanted][0]} as {_KINDS[wanted][1]}, but got {shown}')
