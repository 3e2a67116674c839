"""The rules for datamodels of 1.31 and later."""

import json
import re

from ..graphql.types import to_json
from .datamodel import SCALARS, argument, directive, enum_values_of, enums_of, models_of, type_shape
from .rules import (
    ambiguous, each_field, enum_twice, enum_values, named_on_one_side, problem, relation_fields, same_ends,
    scalar_relation, unknown_type,
)

_RESERVED_TYPES = ('Query', 'Mutation', 'Subscription', 'Node', 'PageInfo')
_ID_TYPES = {'mysql': ('ID', 'Int'), 'postgres': ('ID', 'UUID', 'Int')}
_STRATEGIES = ('AUTO', 'NONE', 'SEQUENCE')
_TIMES = ('createdAt', 'updatedAt')


class Unexpected(Exception):
    """Something in the datamodel makes the real server fail with an internal error."""


def check(definitions, connector):
    relations = relation_fields(definitions)
    return [*_check(definitions, connector)] or [*_lists(definitions, relations), *_links(relations)]


def _check(definitions, connector):
    models, enums, fields = models_of(definitions), enums_of(definitions), each_field(definitions)
    if any(model.name == 'String' or directive(model, 'relationTable') is not None and not _has_id(model)
           for model in models):
        raise Unexpected('the datamodel cannot be read')
    without_value = [item for _, item in fields if directive(item, 'default') == {}]
    if without_value:
        yield problem('Global', 'An unknown error happened: java.lang.RuntimeException: Could not find the argument with '
                                'name: value!')
        return
    yield from _types(models)
    for model in models:
        yield from _fields_twice(model)
    known = {*SCALARS, *(model.name for model in models), *(enum.name for enum in enums)}
    values = enum_values_of(definitions)
    for model, item in fields:
        yield from unknown_type(model, item, known)
        if type_shape(item.type)[0] in known - {model.name for model in models}:
            yield from scalar_relation(model, item)
            yield from _scalar(model, item, values, connector)
    yield from _relations(relation_fields(definitions))
    yield from enum_twice(enums)
    for enum in enums:
        yield from enum_values(enum)


def warnings(definitions):
    for model, item in each_field(definitions):
        if item.name in _TIMES and directive(item, item.name) is None and type_shape(item.type)[0] == 'DateTime':
            when = 'created' if item.name == 'createdAt' else 'updated'
            yield problem(model.name, f'You are adding the field `{item.name}` but is missing the directive '
                                      f'`@{item.name}`. Please specify the field as `{item.name}: DateTime! '
                                      f'@{item.name}` if you want to track the times for when a record was {when}. Or '
                                      'deploy with `--force` to ignore this.', item.name)


def _has_id(model):
    return any(directive(item, 'id') is not None for item in model.items)


def _types(models):
    lower = [model.name.lower() for model in models]
    for name in dict.fromkeys(lower):
        if lower.count(name) > 1:
            first = models[lower.index(name)].name
            yield problem(first, f'The name of the type `{first}` occurs more than once. The detection of duplicates is '
                                 'performed case insensitive.')
    for model in models:
        if directive(model, 'embedded') is not None:
            yield problem(model.name, f'The type `{model.name}` is marked as embedded but this connector does not support '
                                      'embedded types.')
        elif not _has_id(model):
            yield problem(model.name, f'One field of the type `{model.name}` must be marked as the id field with the '
                                      '`@id` directive.')
        if model.name in _RESERVED_TYPES:
            yield problem(model.name, f'The type `{model.name}` has is using a reserved type name. Please rename it.')


def _fields_twice(model):
    lower = [item.name.lower() for item in model.items]
    for name in dict.fromkeys(item.name for item in model.items):
        if lower.count(name.lower()) > 1:
            yield problem(model.name, f'The type `{model.name}` has a duplicate fieldName. The detection of duplicates is '
                                      'performed case insensitive. ', name)


def _scalar(model, item, enums, connector):
    name, is_list, _, _ = type_shape(item.type)

    def finding(text):
        return problem(model.name, text, item.name)

    if directive(item, 'id') is not None:
        types = _ID_TYPES[connector]
        if name not in types:
            shown = ','.join(f'`{one}!`' for one in types)
            yield finding(f'The field `{item.name}` is marked as id must have one of the following types: {shown}.')
        if argument(item, 'id', 'strategy') not in (None, *_STRATEGIES):
            yield finding(f'Valid values for the strategy argument of `@id` are: {", ".join(_STRATEGIES)}.')
    for time in _TIMES:
        if directive(item, time) is not None and (name != 'DateTime' or is_list):
            yield finding(f'Fields that are marked as `@{time}` must be of type `DateTime!` or `DateTime`.')
    yield from _default(model, item, enums)


def _default(model, item, enums):
    name, is_list, _, _ = type_shape(item.type)
    value = next((given.value for one in item.directives if one.name == 'default' for given in one.arguments
                  if given.name == 'value'), None)
    if value is None:
        return
    if is_list:
        yield problem(model.name, 'The `@default` directive must only be placed on scalar fields that are not lists.',
                      item.name)
    if name in enums:
        if to_json(value) not in enums[name]:
            yield problem(model.name, f'The default value is invalid for this enum. Valid values are: '
                                      f'{", ".join(enums[name])}.', item.name)
    elif not _default_is(name, to_json(value)):
        yield problem(model.name, f'The value {json.dumps(to_json(value))} is not a valid default for fields of type '
                                  f'{SCALARS[name]}.', item.name)


def _default_is(type_name, value):
    """The syntax wants a value of the type."""
    if type_name == 'ID':
        return False
    kinds = {'Int': (int,), 'Float': (int, float), 'Boolean': (bool,)}.get(type_name)
    return kinds is None or isinstance(value, kinds) and (type_name == 'Boolean') == isinstance(value, bool)


def _relations(fields):
    for model, item, title in ambiguous(fields):
        if title is None:
            yield problem(model, f'The relation field `{item.name}` must specify a `@relation` directive: '
                                 '`@relation(name: "MyRelation")`', item.name)
        else:
            yield problem(model, f"A relation directive cannot appear more than twice. Relation name: '{title}'",
                          item.name)
    for model, item, other, title in named_on_one_side(fields):
        yield problem(model, f"You are trying to set the relation '{title}' from `{model}` to `{other}` and are only "
                             f'providing a relation directive with a name on `{model}`. Please also provide the same named '
                             f'relation directive on the relation field on `{other}` pointing towards `{model}`.',
                      item.name)
    for model, item, _ in fields:
        yield from _relation_arguments(model, item)


def _lists(definitions, relations):
    """Asked for when all else is right."""
    related = [item for _, item, _ in relations]
    for model, item in each_field(definitions):
        if item not in related and type_shape(item.type)[1] and argument(item, 'scalarList', 'strategy') != 'RELATION':
            yield problem(model.name, 'Valid values for the strategy argument of `@scalarList` are: RELATION.', item.name)


def _links(fields):
    """Asked for when all else is right."""
    for model, item, other in fields:
        if _lacks_link(fields, model, item, other):
            yield problem(model, f'The field `{item.name}` must provide a relation link mode. Either specify it on this '
                                 'field or the opposite field. Valid values are: `@relation(link: TABLE)`,'
                                 '`@relation(link: INLINE)`', item.name)


def _relation_arguments(model, item):
    name = argument(item, 'relation', 'name')
    if name is not None and not re.fullmatch('[A-Z][a-zA-Z0-9]{0,53}', name):
        yield problem(model, f'The field `{item.name}` has an invalid name in the `@relation` directive. It can only have '
                             'up to 54 characters and must have the shape [A-Z][a-zA-Z0-9]*', item.name)
    for key, known in (('onDelete', ('CASCADE', 'SET_NULL')), ('link', ('INLINE', 'TABLE'))):
        if argument(item, 'relation', key) not in (None, *known):
            yield problem(model, f'Valid values for the argument `{key}` are: {",".join(known)}.', item.name)


def _lacks_link(fields, model, item, other):
    """One to one, and neither side says where the relation is kept."""
    ends = [item, *(entry[1] for entry in same_ends(fields, other, item, model) if entry[1] is not item)]
    return (len(ends) == 2 and not any(type_shape(end.type)[1] for end in ends)
            and all(argument(end, 'relation', 'link') is None for end in ends))
