"""What a request asks for, and the words of the real server for a body that it cannot read."""

import json

from . import malformed

_KINDS = {'NoneType': 'JsNull$', 'int': 'JsNumber', 'float': 'JsNumber', 'str': 'JsString', 'list': 'JsArray',
          'bool': 'JsBoolean', 'dict': 'JsObject'}


class BadBody(Exception):
    pass


def read(request, version):
    """Query, variables and the name of the operation."""
    return _late(request) if version.is_late else _early(request, version)


def _late(request):
    if not isinstance(request, dict):
        raise BadBody('request malformed')
    # An absent query is an empty one.
    query, variables = request.get('query'), request.get('variables')
    if not isinstance(query, (str, type(None))) or not isinstance(variables, (dict, type(None))):
        raise BadBody('JsError.get')
    return query or '', variables or {}, request.get('operationName')


def _early(request, version):
    if not isinstance(request, dict):
        raise _unexpected(request, version)
    if 'query' not in request:
        raise BadBody('key not found: query')
    if not isinstance(request['query'], str):
        raise _unexpected(request['query'], version)
    variables = request.get('variables')
    if isinstance(variables, str):
        variables = json_text(variables, version)
    return request['query'], variables if isinstance(variables, dict) else {}, request.get('operationName') or None


def json_text(text, version):
    """Variables may also come as a text that holds JSON."""
    try:
        return malformed.decode(text or '{}', version, is_body=False)
    except malformed.NoJson as problem:
        raise BadBody(str(problem)) from None


def _unexpected(value, version):
    library = 'play.api.libs.json' if version.since(1, 8) else 'spray.json'
    shown = json.dumps(value, separators=(',', ':'), ensure_ascii=False)
    return BadBody(f'{shown} (of class {library}.{_KINDS[type(value).__name__]})')
