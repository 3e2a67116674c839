"""Type definitions of a schema, and the reading of input values against them."""

import math

from .language import print_value


class BadValue(Exception):
    """An input value does not fit its type; the text is the reason given to the client, after its place in the value."""

    def __init__(self, reason, *path):
        super().__init__(f"'{'.'.join(path)}' {reason}" if path else reason)
        self.reason, self.path = reason, path
        # Where it stands in the text of the request, if anywhere.
        self.place = None

    def within(self, name):
        outer = BadValue(self.reason, name, *self.path)
        outer.place = self.place
        return outer


class Scalar:
    kind = 'SCALAR'

    def __init__(self, name, serialize=lambda value: value, coerce=lambda value: value, description=None):
        self.name, self.serialize, self.coerce, self.description = name, serialize, coerce, description


class Enum:
    kind = 'ENUM'

    def __init__(self, name, values, description=None):
        self.name, self.values, self.description = name, list(values), description


class Object:
    """`fields` may be a function, for types that refer to each other."""

    kind = 'OBJECT'

    def __init__(self, name, fields, interfaces=(), description=None):
        self.name, self._fields, self.interfaces, self.description = name, fields, list(interfaces), description

    @property
    def fields(self):
        if callable(self._fields):
            self._fields = self._fields()
        return self._fields


class Interface(Object):
    kind = 'INTERFACE'

    def __init__(self, name, fields, resolve_type, description=None):
        super().__init__(name, fields, description=description)
        self.resolve_type = resolve_type
        self.implementations = []


class InputObject(Object):
    kind = 'INPUT_OBJECT'


class List:
    kind = 'LIST'

    def __init__(self, of):
        self.of = of

    def __str__(self):
        return f'[{type_name(self.of)}]'


class NonNull:
    kind = 'NON_NULL'

    def __init__(self, of):
        self.of = of

    def __str__(self):
        return f'{type_name(self.of)}!'


class Field:
    """`resolve(source, arguments, context)`; without it the attribute or key of the same name is taken."""

    def __init__(self, type_, arguments=None, resolve=None, description=None):
        self.type, self.arguments, self.resolve, self.description = type_, arguments or {}, resolve, description


class Input:
    """An argument, or a field of an input object."""

    def __init__(self, type_, description=None):
        self.type, self.description = type_, description


class Schema:
    def __init__(self, query, mutation=None, types=(), subscription=None):
        self.query, self.mutation, self.subscription, self.types = query, mutation, subscription, {}
        for type_ in (query, mutation, subscription, *types, STRING, BOOLEAN):
            if type_ is not None:
                self._collect(type_)
        for type_ in self.types.values():
            for interface in getattr(type_, 'interfaces', ()):
                interface.implementations.append(type_)

    def _collect(self, type_):
        type_ = named(type_)
        if type_.name in self.types:
            return
        self.types[type_.name] = type_
        for interface in getattr(type_, 'interfaces', ()):
            self._collect(interface)
        for field in getattr(type_, 'fields', {}).values():
            self._collect(field.type)
            for argument in getattr(field, 'arguments', {}).values():
                self._collect(argument.type)


def _integer(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise BadValue('Int value expected')
    if not -(2**31) <= value < 2**31:
        raise BadValue('Value is too big to fit in Int')
    return int(value)


def _float(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise BadValue('Float or Int value expected')
    return float(value)


def _string(value):
    if not isinstance(value, str):
        raise BadValue('String value expected')
    return value


def _boolean(value):
    if not isinstance(value, bool):
        raise BadValue('Boolean value expected')
    return value


def _id(value):
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise BadValue('String or Int value expected')
    return str(value)


INT = Scalar('Int', coerce=_integer)
FLOAT = Scalar('Float', coerce=_float)
STRING = Scalar('String', coerce=_string)
BOOLEAN = Scalar('Boolean', coerce=_boolean)
ID = Scalar('ID', serialize=str, coerce=_id)
BUILT_IN = {scalar.name: scalar for scalar in (INT, FLOAT, STRING, BOOLEAN, ID)}


def named(type_):
    """The type without its lists and exclamation marks."""
    while isinstance(type_, (List, NonNull)):
        type_ = type_.of
    return type_


def type_name(type_):
    return str(type_) if isinstance(type_, (List, NonNull)) else type_.name


def is_leaf(type_):
    return isinstance(named(type_), (Scalar, Enum))


def is_input(type_):
    return isinstance(named(type_), (Scalar, Enum, InputObject))


def coerce(type_, value):
    """A JSON value as an argument of the type."""
    if isinstance(type_, NonNull):
        return type_.of.coerce(value) if value is None and isinstance(type_.of, Scalar) else coerce(type_.of, value)
    if value is None:
        return None
    if isinstance(type_, List):
        if not isinstance(value, list):
            return [coerce(type_.of, value)]
        return [_within(f'[{index}]', coerce, type_.of, item) for index, item in enumerate(value)]
    if isinstance(type_, InputObject):
        return _coerce_object(type_, value)
    if isinstance(type_, Enum):
        if value not in type_.values:
            raise BadValue(f"Enum value '{value}' is undefined in enum type '{type_.name}'. "
                           f'Known values are: {", ".join(type_.values)}.')
        return value
    return type_.coerce(value)


def _coerce_object(type_, value):
    if not isinstance(value, dict):
        raise BadValue(f"Expected '{type_.name}', found not an object.")
    _check_names(type_, value)
    return {name: _within(name, coerce, field.type, value[name]) for name, field in type_.fields.items() if name in value}


def _check_names(type_, given):
    """Of the fields of an input object."""
    for name in given:
        if name not in type_.fields:
            raise BadValue(f"Field '{name}' is not defined in the input type '{type_.name}'.", name)
    for name, field in type_.fields.items():
        if name not in given and isinstance(field.type, NonNull):
            raise BadValue(f"Not-null field '{name}' of type '{type_name(field.type)}' defined in the '{type_.name}' input "
                           'type is missing.', name)


def _within(name, check, *arguments_):
    try:
        return check(*arguments_)
    except BadValue as problem:
        raise problem.within(name) from None


_MISSING = object()


def literal(type_, value, variables):
    """A value node as an argument of the type; `_MISSING` for a variable that was not given."""
    if value.kind == 'variable':
        return variables.get(value.name, _MISSING)
    if isinstance(type_, NonNull):
        return literal(type_.of, value, variables)
    if value.kind == 'null':
        return None
    if isinstance(type_, List):
        items = value.items if value.kind == 'list_value' else [value]
        return [None if item is _MISSING else item for item in (literal(type_.of, item, variables) for item in items)]
    if isinstance(type_, InputObject) and value.kind == 'object_value':
        found = {field.name: literal(type_.fields[field.name].type, field.value, variables) for field in value.fields}
        return {name: item for name, item in found.items() if item is not _MISSING}
    return coerce(type_, to_json(value, variables))


def arguments(definitions, nodes, variables):
    """The arguments of a field or directive that were given."""
    found = {}
    for given in nodes:
        value = literal(definitions[given.name].type, given.value, variables)
        if value is not _MISSING:
            found[given.name] = value
    return found


def to_json(value, variables=None):
    """A value node as plain data."""
    if value.kind == 'variable':
        return (variables or {}).get(value.name)
    if value.kind == 'list_value':
        return [to_json(item, variables) for item in value.items]
    if value.kind == 'object_value':
        return {field.name: to_json(field.value, variables) for field in value.fields}
    return value.value


def check_literal(type_, value):
    """Raises BadValue when a value node cannot be of the type; variables are checked elsewhere."""
    if value.kind == 'variable':
        return
    if isinstance(type_, NonNull):
        if value.kind == 'null':
            raise BadValue('Null value was provided for a not-null type')
        check_literal(type_.of, value)
    elif value.kind == 'null':
        return
    elif isinstance(type_, List):
        if value.kind != 'list_value':
            check_literal(type_.of, value)
            return
        for index, item in enumerate(value.items):
            _within(f'[{index}]', check_literal, type_.of, item)
    elif isinstance(type_, InputObject):
        _check_object(type_, value)
    elif isinstance(type_, Enum):
        if value.kind != 'enum':
            raise BadValue('Enum value expected')
        coerce(type_, value.value)
    elif value.kind == 'enum' and type_.name in BUILT_IN:
        raise BadValue(f'{type_.name} value expected')
    else:
        coerce(type_, to_json(value))


def _check_object(type_, value):
    if value.kind != 'object_value':
        raise BadValue(f"Expected '{type_.name}', found not an object: {print_value(value)}.")
    given = {field.name: field for field in value.fields}
    try:
        _check_names(type_, given)
        for name, field in type_.fields.items():
            if name in given:
                _within(name, check_literal, field.type, given[name].value)
    except BadValue as problem:
        if problem.place is None and problem.path[0] in given:
            problem.place = given[problem.path[0]].start
        raise
