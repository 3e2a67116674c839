"""The rules for datamodels before 1.31, in the order in which the real server applies them."""

import re

from ..errors import ApiError
from ..graphql.validate import written
from .datamodel import SCALARS, argument, directive, enum_values_of, enums_of, models_of, type_shape
from .rules import (
    ambiguous, each_field, enum_twice, enum_values, named_on_one_side, problem, relation_fields, scalar_relation,
    unknown_type,
)

_RESERVED = {'id': 'id: ID! @unique', 'createdAt': 'createdAt: DateTime!', 'updatedAt': 'updatedAt: DateTime!'}
_NEEDED = {'default': 'value', 'rename': 'oldName'}


def check(definitions, version):
    fields, enums = each_field(definitions), enums_of(definitions)
    relations = relation_fields(definitions)
    models = {model.name for model in models_of(definitions)}
    known = {name for name in SCALARS if name != 'UUID' or version.since(1, 30)} | models | {one.name for one in enums}
    for entry in fields:
        yield from _reserved(*entry)
    yield from _twice(definitions)
    for model, item in fields:
        yield from unknown_type(model, item, known)
    yield from _relations(relations, models, fields, version)
    for model, item in fields:
        if type_shape(item.type)[0] in known - models:
            yield from scalar_relation(model, item)
            yield from _scalar_list(model, item, version)
    for model, item in fields:
        yield from _directives(model, item, enum_values_of(definitions), version)
    if version.since(1, 2):
        yield from enum_twice(enums)
    for enum in enums:
        yield from enum_values(enum)


def check_relation_names(definitions, version):
    """ApiError for a name that cannot be a table's; the server comes to it only after all its other rules."""
    for _, item, _ in relation_fields(definitions):
        name = argument(item, 'relation', 'name')
        if name is None or re.fullmatch('[A-Z][a-zA-Z0-9]{0,53}', name):
            continue
        if version.since(1, 2):
            raise ApiError(4004, f'The provided name: {name} is not a valid name for a relation. It can only have up to '
                                 '54 characters and must have the shape [A-Z][a-zA-Z0-9]*')
        raise ApiError(4004, f'{name} is not a valid name for a relation. It must start with a letter and may contain up '
                             'to 30 letters, numbers, underscores and hyphens.')


def _reserved(model, item):
    name, is_list, required, _ = type_shape(item.type)
    if item.name == 'id':
        right = name == 'ID' and required and not is_list and directive(item, 'unique') is not None
    else:
        right = item.name not in _RESERVED or name == 'DateTime' and required and not is_list
    if not right:
        yield problem(model.name, f'The field `{item.name}` is reserved and has to have the format: '
                                  f'{_RESERVED[item.name]}.', item.name)


def _twice(definitions):
    models = models_of(definitions)
    names = [model.name for model in models]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            first = models[names.index(name)].items
            yield problem(name, f'The name of the type `{name}` occurs more than once.', first[0].name)
    for model in models:
        fields = [item.name for item in model.items]
        for name in fields:
            if fields.count(name) > 1:
                yield problem(model.name, f'The type `{model.name}` has a duplicate fieldName.', name)


def _relations(relations, models, fields, version):
    for model, item in fields:
        name, is_list, required, item_required = type_shape(item.type)
        if name in models and is_list and not (required and item_required):
            yield problem(model.name, f'The relation field `{item.name}` has the wrong format: `{written(item.type)}` '
                                      f'Possible Formats: `{name}`, `{name}!`, `[{name}!]!`', item.name)
    for model, item, title in ambiguous(relations):
        if title is None:
            yield problem(model, f'The relation field `{item.name}` must specify a `@relation` directive: '
                                 '`@relation(name: "MyRelation")`', item.name)
        else:
            rule = 'cannot appear more than twice' if version.since(1, 2) else 'with a name must appear exactly 2 times'
            yield problem(model, f"A relation directive {rule}. Relation name: '{title}'", item.name)
    for model, item, other, title in named_on_one_side(relations) if version.since(1, 2) else ():
        yield problem(model, f"You are trying to set the relation '{title}' from `{model}` to `{other}` and are only "
                             f'providing a relation directive on `{model}`. Since there is also a relation field without '
                             f'a relation directive on `{other}` pointing towards `{model}` that is ambiguous. Please '
                             f'provide the same relation directive on `{other}` if this is supposed to be the same '
                             'relation. If you meant to create two separate relations without backrelations please '
                             'provide a relation directive with a different name on `nameB`.', item.name)
    for model, item, _ in relations:
        if argument(item, 'relation', 'onDelete') not in (None, 'CASCADE', 'SET_NULL'):
            yield problem(model, 'not a valid value for onDelete', item.name)


def _scalar_list(model, item, version):
    name, is_list, _, item_required = type_shape(item.type)
    if is_list and (not item_required or written(item.type).startswith('[[')):
        # The last mark was lost somewhere on the way.
        end = '' if version.since(1, 2) else '`'
        yield problem(model.name, f'The scalar field `{item.name}` has the wrong format: `{written(item.type)}` Possible '
                                  f'Formats: `{name}`, `{name}!`, `[{name}!]` or `[{name}!]!{end}', item.name)


def _directives(model, item, enums, version):
    name, is_list, _, _ = type_shape(item.type)
    for used, needed in _NEEDED.items():
        if directive(item, used) is not None and argument(item, used, needed) is None:
            yield problem(model.name, f"The field `{item.name}` specifies the directive `@{used}` but it's missing the "
                                      f'required argument `{needed}`.', item.name)
    default = argument(item, 'default', 'value')
    if default is None:
        return
    if is_list:
        yield problem(model.name, 'List fields cannot have defaultValues.', item.name)
    elif name in enums and version.since(1, 2) and default not in enums[name]:
        yield problem(model.name, 'The defaultValue contains an invalid enumValue.', item.name)
    elif not _default_fits(name, default):
        yield problem(model.name, f'The value {default!r} is not a valid default for fields of type {name}.', item.name)


def _default_fits(type_name, value):
    """Defaults were written as texts (`"true"`) before they could be written as values."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        if type_name == 'Int':
            int(text)
        elif type_name == 'Float':
            float(text)
        elif type_name == 'Boolean':
            return text in ('true', 'false')
    except ValueError:
        return False
    return True
