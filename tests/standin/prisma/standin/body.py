"""What a request asks for, and the words of the real server for a body that it cannot read."""

import json

_KINDS = {'NoneType': 'JsNull$', 'int': 'JsNumber', 'float': 'JsNumber', 'str': 'JsString', 'list': 'JsArray',
          'bool': 'JsBoolean', 'dict': 'JsObject'}


class BadBody(Exception):
    pass


def read(request, version):
    """Query, variables and the name of the operation."""
    return _late(request) if version.is_late else _early(request)


def _late(request):
    if not isinstance(request, dict):
        raise BadBody('request malformed')
    # An absent query is an empty one.
    query, variables = request.get('query'), request.get('variables')
    if not isinstance(query, (str, type(None))) or not isinstance(variables, (dict, type(None))):
        raise BadBody('JsError.get')
    return query or '', variables or {}, request.get('operationName')


def _early(request):
    if not isinstance(request, dict):
        raise _unexpected(request)
    if 'query' not in request:
        raise BadBody('key not found: query')
    if not isinstance(request['query'], str):
        raise _unexpected(request['query'])
    variables = request.get('variables')
    if isinstance(variables, str):
        variables = json_text(variables)
    return request['query'], variables if isinstance(variables, dict) else {}, request.get('operationName') or None


def json_text(text):
    """Variables may also come as a text that holds JSON."""
    try:
        return json.loads(text or '{}')
    except ValueError:
        return {}


def _unexpected(value):
    return BadBody(f'{json.dumps(value)} (of class spray.json.{_KINDS[type(value).__name__]})')
