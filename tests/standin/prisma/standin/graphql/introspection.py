"""The types that describe a schema to a client: `__schema`, `__type`, `__typename`."""

from .types import (
    BOOLEAN, STRING, Enum, Field, Input, InputObject, Interface, List, NonNull, Object,
)

_DESCRIPTIONS = {
    'Int': 'A 32-bit signed integer.', 'Float': 'A double-precision floating point number.',
    'String': 'Text.', 'Boolean': 'true or false.', 'ID': 'An opaque identifier.',
}


def _fields(type_, _arguments, _context):
    if isinstance(type_, InputObject) or not isinstance(type_, Object):
        return None
    return [_Named(name, field) for name, field in type_.fields.items()]


class _Named:
    """A field, argument or input field together with its name."""

    def __init__(self, name, definition):
        self.name, self.type = name, definition.type
        self.description = definition.description
        self.args = [_Named(*pair) for pair in getattr(definition, 'arguments', {}).items()]


_DIRECTIVES = [
    {'name': name, 'description': text, 'locations': ['FIELD', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
     'args': [_Named('if', Input(NonNull(BOOLEAN)))]}
    for name, text in (('include', 'Includes the field only when the argument is true.'),
                       ('skip', 'Leaves the field out when the argument is true.'))
]

_KIND = Enum('__TypeKind', ['SCALAR', 'OBJECT', 'INTERFACE', 'UNION', 'ENUM', 'INPUT_OBJECT', 'LIST', 'NON_NULL'])
_LOCATION = Enum('__DirectiveLocation', [
    'QUERY', 'MUTATION', 'SUBSCRIPTION', 'FIELD', 'FRAGMENT_DEFINITION', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT',
    'SCHEMA', 'SCALAR', 'OBJECT', 'FIELD_DEFINITION', 'ARGUMENT_DEFINITION', 'INTERFACE', 'UNION', 'ENUM',
    'ENUM_VALUE', 'INPUT_OBJECT', 'INPUT_FIELD_DEFINITION'])
_DEPRECATION = {'includeDeprecated': Input(BOOLEAN)}


def _never(_source, _arguments, _context):
    return None


def _false(_source, _arguments, _context):
    return False


_INPUT_VALUE = Object('__InputValue', lambda: {
    'name': Field(NonNull(STRING)), 'description': Field(STRING), 'type': Field(NonNull(_TYPE)),
    'defaultValue': Field(STRING, resolve=_never)})
_FIELD = Object('__Field', lambda: {
    'name': Field(NonNull(STRING)), 'description': Field(STRING),
    'args': Field(NonNull(List(NonNull(_INPUT_VALUE)))), 'type': Field(NonNull(_TYPE)),
    'isDeprecated': Field(NonNull(BOOLEAN), resolve=_false), 'deprecationReason': Field(STRING, resolve=_never)})
_ENUM_VALUE = Object('__EnumValue', lambda: {
    'name': Field(NonNull(STRING), resolve=lambda value, _a, _c: value),
    'description': Field(STRING, resolve=_never),
    'isDeprecated': Field(NonNull(BOOLEAN), resolve=_false), 'deprecationReason': Field(STRING, resolve=_never)})
_TYPE = Object('__Type', lambda: {
    'kind': Field(NonNull(_KIND)),
    'name': Field(STRING, resolve=lambda type_, _a, _c: getattr(type_, 'name', None)),
    'description': Field(STRING, resolve=lambda type_, _a, _c: getattr(type_, 'description', None)
                         or _DESCRIPTIONS.get(getattr(type_, 'name', None))),
    'fields': Field(List(NonNull(_FIELD)), _DEPRECATION, _fields),
    'interfaces': Field(List(NonNull(_TYPE)), resolve=lambda type_, _a, _c:
                        type_.interfaces if type_.kind == 'OBJECT' else None),
    'possibleTypes': Field(List(NonNull(_TYPE)), resolve=lambda type_, _a, _c:
                           type_.implementations if isinstance(type_, Interface) else None),
    'enumValues': Field(List(NonNull(_ENUM_VALUE)), _DEPRECATION, lambda type_, _a, _c:
                        type_.values if isinstance(type_, Enum) else None),
    'inputFields': Field(List(NonNull(_INPUT_VALUE)), resolve=lambda type_, _a, _c:
                         [_Named(*pair) for pair in type_.fields.items()] if isinstance(type_, InputObject) else None),
    'ofType': Field(_TYPE, resolve=lambda type_, _a, _c: getattr(type_, 'of', None))})
_DIRECTIVE = Object('__Directive', lambda: {
    'name': Field(NonNull(STRING)), 'description': Field(STRING),
    'locations': Field(NonNull(List(NonNull(_LOCATION)))), 'args': Field(NonNull(List(NonNull(_INPUT_VALUE)))),
    'onOperation': Field(NonNull(BOOLEAN), resolve=_false),
    'onFragment': Field(NonNull(BOOLEAN), resolve=lambda _s, _a, _c: True),
    'onField': Field(NonNull(BOOLEAN), resolve=lambda _s, _a, _c: True)})


def all_types(schema):
    """By name; those of introspection, too."""
    known = dict(schema.types)
    for type_ in (_SCHEMA, _TYPE, _FIELD, _INPUT_VALUE, _ENUM_VALUE, _DIRECTIVE, _KIND, _LOCATION):
        known.setdefault(type_.name, type_)
    return known


def _all_types(schema, _arguments, _context):
    return list(all_types(schema).values())


_SCHEMA = Object('__Schema', lambda: {
    'types': Field(NonNull(List(NonNull(_TYPE))), resolve=_all_types),
    'queryType': Field(NonNull(_TYPE), resolve=lambda schema, _a, _c: schema.query),
    'mutationType': Field(_TYPE, resolve=lambda schema, _a, _c: schema.mutation),
    'subscriptionType': Field(_TYPE, resolve=_never),
    'directives': Field(NonNull(List(NonNull(_DIRECTIVE))), resolve=lambda _s, _a, _c: _DIRECTIVES)})

TYPENAME = Field(NonNull(STRING))
# Resolved by the executor, which knows the schema.
META_FIELDS = {'__schema': Field(NonNull(_SCHEMA)), '__type': Field(_TYPE, {'name': Input(NonNull(STRING))})}

