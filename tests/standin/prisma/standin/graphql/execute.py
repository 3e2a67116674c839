"""Runs a validated document and shapes the answer."""

import json

from .introspection import META_FIELDS, TYPENAME
from .language import position
from .types import BadValue, Enum, Interface, List, NonNull, arguments, coerce, type_name, BOOLEAN, Input
from .validate import field_definition, shown_place, type_from_node, validate


class RequestProblem(Exception):
    """The request as a whole cannot run: which operation is not known."""


class BadVariables(Exception):
    """Variables that are missing, or of another type."""

    def __init__(self, document, problems):
        super().__init__('bad variables')
        self.errors = [{'message': message + shown_place(document.source, start),
                        'locations': [_location(document, start)]} for message, start in problems]


class _Null(Exception):
    """A non-null field has no value; what holds it becomes null in turn."""


def run(schema, document, variables, operation_name, root, context, describe):
    """Validates and executes; `describe(exception)` turns a resolver's exception into the error's own entries.

    Gives the answer as a dictionary: `data`, and `errors` when there are any.
    """
    problems = validate(schema, document)
    if problems:
        return {'data': None, 'errors': [
            {'message': message, 'locations': [_location(document, start) for start in starts]}
            for message, starts in problems]}
    try:
        operation = _operation(document, operation_name)
        values = _variables(schema, document, operation, variables)
    except RequestProblem as problem:
        return {'data': None, 'errors': [{'message': str(problem)}]}
    except BadVariables as problem:
        return {'data': None, 'errors': problem.errors}
    execution = _Execution(schema, document, values, context, describe)
    type_ = schema.mutation if operation.operation == 'mutation' else schema.query
    try:
        data = execution.object(type_, root, operation.selections, [])
    except _Null:
        data = None
    answer = {'data': data}
    if execution.errors:
        answer['errors'] = execution.errors
    return answer


def _location(document, start):
    line, column = position(document.source, start)
    return {'line': line, 'column': column}


def _operation(document, name):
    operations = [item for item in document.definitions if item.kind == 'operation']
    if name is not None:
        operations = [item for item in operations if item.name == name]
        if not operations:
            raise RequestProblem(f"Unknown operation name '{name}'")
    if len(operations) != 1:
        raise RequestProblem('Must provide operation name if query contains multiple operations')
    return operations[0]


def _variables(schema, document, operation, given):
    values, problems = {}, []
    for item in operation.variables:
        type_ = type_from_node(schema, item.type)
        if item.name not in given:
            if item.default is not None:
                values[item.name] = arguments({'x': Input(type_)}, [_Given('x', item.default)], {})['x']
            elif isinstance(type_, NonNull):
                problems.append((f"Variable '${item.name}' expected value of type '{type_name(type_)}' but value is "
                                 'undefined. Reason: Expected non-null value, found null.', item.start))
            continue
        try:
            values[item.name] = coerce(type_, given[item.name])
        except BadValue as problem:
            problems.append((f"Variable '${item.name}' expected value of type '{type_name(type_)}' but got: "
                             f'{json.dumps(given[item.name])}. Reason: {problem}', item.start))
    if problems:
        raise BadVariables(document, problems)
    return values


class _Given:
    def __init__(self, name, value):
        self.name, self.value = name, value


class _Execution:
    def __init__(self, schema, document, variables, context, describe):
        self.schema, self.document, self.variables = schema, document, variables
        self.context, self.describe, self.errors = context, describe, []
        self.fragments = {item.name: item for item in document.definitions if item.kind == 'fragment'}

    def object(self, type_, source, selections, path):
        answer = {}
        for key, items in self.fields(type_, selections).items():
            definition = field_definition(self.schema, type_, items[0].name)
            answer[key] = self.field(type_, source, definition, items, [*path, key])
        return answer

    def fields(self, type_, selections, found=None):
        """The selected fields by key of the answer, fragments resolved for the concrete type."""
        found = {} if found is None else found
        for item in selections:
            if not self.included(item):
                continue
            if item.kind == 'field':
                found.setdefault(item.key, []).append(item)
                continue
            fragment = item if item.kind == 'inline' else self.fragments[item.name]
            if fragment.on is None or fragment.on == type_.name or \
                    fragment.on in (interface.name for interface in type_.interfaces):
                self.fields(type_, fragment.selections, found)
        return found

    def included(self, item):
        for directive in item.directives:
            given = arguments({'if': Input(NonNull(BOOLEAN))}, directive.arguments, self.variables)
            if given.get('if') == (directive.name == 'skip'):
                return False
        return True

    def field(self, type_, source, definition, items, path):
        item = items[0]
        try:
            if definition is TYPENAME:
                return type_.name
            given = arguments(definition.arguments, item.arguments, self.variables)
            if definition is META_FIELDS['__schema']:
                value = self.schema
            elif definition is META_FIELDS['__type']:
                value = self.schema.types.get(given['name'])
            elif definition.resolve:
                value = definition.resolve(source, given, self.context)
            else:
                value = source.get(item.name) if isinstance(source, dict) else getattr(source, item.name, None)
            selections = [inner for one in items for inner in one.selections]
            return self.complete(definition.type, value, selections, path)
        except _Null:
            if isinstance(definition.type, NonNull):
                raise
            return None
        except Exception as problem:  # pylint: disable=broad-except
            self.errors.append({'path': path, 'locations': [_location(self.document, item.start)],
                                **self.describe(problem)})
            if isinstance(definition.type, NonNull):
                raise _Null from problem
            return None

    def complete(self, type_, value, selections, path):
        if isinstance(type_, NonNull):
            value = self.complete(type_.of, value, selections, path)
            if value is None:
                raise ValueError(f'Cannot return null for non-nullable type {type_name(type_)}')
            return value
        if value is None:
            return None
        if isinstance(type_, List):
            return [self.complete(type_.of, item, selections, [*path, index]) for index, item in enumerate(value)]
        if isinstance(type_, Interface):
            return self.object(self.schema.types[type_.resolve_type(value)], value, selections, path)
        if isinstance(type_, Enum):
            return value
        return type_.serialize(value) if type_.kind == 'SCALAR' else self.object(type_, value, selections, path)
