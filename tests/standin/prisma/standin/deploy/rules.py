"""What a datamodel that can be read must also obey; the findings go into the payload's `errors`.

The more common of the real server's rules, with its wording where that is known.
"""

import json

from .datamodel import SCALARS, argument, directive, enums_of, models_of, type_shape

_RESERVED_FORMATS = {
    'id': 'id: ID! @unique', 'createdAt': 'createdAt: DateTime!', 'updatedAt': 'updatedAt: DateTime!',
}


def problem(type_name, description, field=None):
    return {'type': type_name, 'field': field, 'description': description}


def check(definitions, version):
    """All findings, in the order of the text."""
    found = []
    models, enums = models_of(definitions), enums_of(definitions)
    for item in definitions:
        if item.kind not in ('type_type', 'enum_type', 'scalar_type'):
            found.append(problem(item.name, f'The definition of `{item.name}` is not a type or an enum.'))
    names = [item.name for item in models + enums]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            found.append(problem(name, f'The name of the type `{name}` occurs more than once.'))
    for enum in enums:
        found += _enum(enum)
    for model in models:
        found += _model(model, models, {item.name for item in enums}, version)
    if not found:
        found += _relations(models)
    return found


def _enum(enum):
    values = [item.name for item in enum.items]
    if not values:
        yield problem(enum.name, f'The enum type `{enum.name}` contains no values.')
    bad = [value for value in values if not value[0].isupper()]
    if bad:
        yield problem(enum.name, f'The enum type `{enum.name}` contains invalid enum values: {", ".join(bad)}. Each '
                                 'value must start with an uppercase letter.')


def _model(model, models, enum_names, version):
    if not model.name[0].isupper():
        yield problem(model.name, 'Types must start with an uppercase letter.')
    if version.since(1, 31) and not any(directive(item, 'id') is not None for item in model.items):
        yield problem(model.name, f'One field of the type `{model.name}` must be marked as the id field with the `@id` '
                                  'directive.')
    if not model.items:
        yield problem(model.name, f'The type `{model.name}` has no fields.')
    seen = set()
    for item in model.items:
        if item.name in seen:
            yield problem(model.name, f'The type `{model.name}` has a duplicate fieldName.', item.name)
        seen.add(item.name)
        yield from _field(model, item, {other.name for other in models}, enum_names, version)


def _field(model, item, model_names, enum_names, version):
    name, is_list, required, item_required = type_shape(item.type)

    def finding(text):
        return problem(model.name, text, item.name)

    if item.name in _RESERVED_FORMATS and not _reserved_is_right(item, name, is_list, required, version):
        yield finding(f'The field `{item.name}` is reserved and has to have the format: '
                      f'{_RESERVED_FORMATS[item.name]}.')
    if name not in SCALARS and name not in enum_names and name not in model_names:
        yield finding(f'The field `{item.name}` has the type `{name}` but there\'s no type or enum declaration with '
                      'that name.')
        return
    if name in model_names:
        if is_list and not (required and item_required) and not version.is_late:
            yield finding(f'The relation field `{item.name}` has the wrong format: `{_written(item.type)}` Possible '
                          f'Formats: `{name}`, `{name}!`, `[{name}!]!`')
        if directive(item, 'unique') is not None or directive(item, 'default') is not None:
            yield finding('A relation field cannot be unique and cannot have a default value.')
    else:
        if directive(item, 'relation') is not None and not version.is_late:
            yield finding(f'The field `{item.name}` is a scalar field and cannot specify the `@relation` directive.')
        if is_list and not item_required and not version.is_late:
            yield finding(f'The scalar list field `{item.name}` has the wrong format: `{_written(item.type)}` Possible '
                          f'Formats: `[{name}!]`, `[{name}!]!`')
        if is_list and directive(item, 'unique') is not None:
            yield finding(f'The list field `{item.name}` cannot be unique.')
    for needed_directive, needed_argument in (('default', 'value'), ('rename', 'oldName')):
        if directive(item, needed_directive) is not None and argument(item, needed_directive, needed_argument) is None:
            yield finding(f'The directive `@{needed_directive}` must specify the argument `{needed_argument}`.')
    default = argument(item, 'default', 'value')
    fits = _default_is(name, default) if version.since(1, 31) else _default_fits(name, default)
    if default is not None and not fits:
        shown = json.dumps(default) if version.is_late else repr(default)
        yield finding(f'The value {shown} is not a valid default for fields of type {name}.')


def _reserved_is_right(item, name, is_list, required, version):
    if is_list:
        return False
    if item.name == 'id':
        marked = directive(item, 'unique') is not None or (version.is_late and directive(item, 'id') is not None)
        return name in (('ID', 'UUID', 'Int') if version.is_late else ('ID',)) and required and marked
    return name == 'DateTime' and (required or version.is_late)


def _default_is(type_name, value):
    """The new syntax wants a value of the type."""
    kinds = {'Int': (int,), 'Float': (int, float), 'Boolean': (bool,)}.get(type_name)
    return kinds is None or isinstance(value, kinds) and (type_name == 'Boolean') == isinstance(value, bool)


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


def _relations(models):
    """Relation fields that do not find their opposite, or find more than one."""
    names = {model.name for model in models}
    fields = [(model.name, item, type_shape(item.type)[0]) for model in models for item in model.items]
    fields = [entry for entry in fields if entry[2] in names]
    for model, item, other in fields:
        title = argument(item, 'relation', 'name')
        if title is None:
            alike = [entry for entry in fields if entry[0] == model and entry[2] == other
                     and argument(entry[1], 'relation', 'name') is None]
            if len(alike) > 1 and (model != other or len(alike) > 2):
                yield problem(model, f'The relation field `{item.name}` must specify a `@relation` directive: '
                                     '`@relation(name: "MyRelation")`', item.name)
            continue
        ends = [entry for entry in fields if argument(entry[1], 'relation', 'name') == title]
        if len(ends) > 2:
            yield problem(model, f'A relation directive with a name must appear at most 2 times. Relation name: '
                                 f'\'{title}\'', item.name)
        elif any({entry[0], entry[2]} != {model, other} for entry in ends):
            yield problem(model, f'The relation field `{item.name}` has type `{other}` but the relation directive '
                                 f'\'{title}\' is also used between other types.', item.name)


def _written(type_):
    if type_.kind == 'nonnull':
        return _written(type_.of) + '!'
    return f'[{_written(type_.of)}]' if type_.kind == 'list' else type_.name
