"""What a datamodel that can be read must also obey; the findings go into the payload's `errors` and `warnings`.

The rules themselves are in `rules_early` and, for the datamodel syntax of 1.31 and later, `rules_late`.
"""

from ..graphql.validate import written
from .datamodel import argument, directive, models_of, type_shape


def problem(type_name, description, field=None):
    return {'type': type_name, 'field': field, 'description': description}


def check(definitions, version, connector='mysql'):
    """All errors."""
    from . import rules_early, rules_late  # pylint: disable=import-outside-toplevel
    if version.since(1, 31):
        return rules_late.check(definitions, connector)
    return list(rules_early.check(definitions, version))


def warnings(definitions, version):
    """What stops a deployment that is not forced, whatever rows there are."""
    from . import rules_late  # pylint: disable=import-outside-toplevel
    return list(rules_late.warnings(definitions)) if version.since(1, 31) else []


def each_field(definitions):
    return [(model, item) for model in models_of(definitions) for item in model.items]


def unknown_type(model, item, known):
    name = type_shape(item.type)[0]
    if name not in known:
        yield problem(model.name, f'The field `{item.name}` has the type `{written(item.type)}` but there\'s no type or '
                                  'enum declaration with that name.', item.name)


def relation_fields(definitions):
    """(model name, field, other model name)"""
    names = {model.name for model in models_of(definitions)}
    fields = [(model.name, item, type_shape(item.type)[0]) for model, item in each_field(definitions)]
    return [entry for entry in fields if entry[2] in names]


def same_ends(fields, model, item, other):
    """The fields of a model that lead to the same other one and have the same relation name, or none, too."""
    title = argument(item, 'relation', 'name')
    return [entry for entry in fields
            if (entry[0], entry[2]) == (model, other) and argument(entry[1], 'relation', 'name') == title]


def ambiguous(fields):
    """Relation fields that could belong to more than one relation; `most` are allowed where a type refers to itself."""
    for model, item, other in fields:
        title = argument(item, 'relation', 'name')
        if len(same_ends(fields, model, item, other)) > (2 if model == other else 1):
            yield model, item, title


def named_on_one_side(fields):
    """Relation fields with a name whose opposite has none."""
    for model, item, other in fields:
        title = argument(item, 'relation', 'name')
        back = [argument(entry[1], 'relation', 'name') for entry in fields if (entry[0], entry[2]) == (other, model)]
        if title is not None and model != other and title not in back and None in back:
            yield model, item, other, title


def scalar_relation(model, item):
    if directive(item, 'relation') is not None:
        yield problem(model.name, f'The field `{item.name}` is a scalar field and cannot specify the `@relation` '
                                  'directive.', item.name)


def enum_values(enum):
    """Names of values that are too long, or start with another letter than an upper-case one."""
    values = [item.name for item in enum.items]
    if not all(value[0].isupper() for value in values):
        yield problem(enum.name, f'The enum type `{enum.name}` contains invalid enum values. The first character of each '
                                 'value must be an uppercase letter.')
    wrong = [value for value in values if value[0].isupper() and len(value) > 191]
    if wrong:
        yield problem(enum.name, f'The enum type `{enum.name}` contains invalid enum values. Those are invalid: '
                                 f'{",".join(f"`{value}`" for value in wrong)}.')


def enum_twice(enums):
    names = [enum.name for enum in enums]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield problem(name, f'The enum type `{name}` is defined twice in the schema. Enum names must be unique.')
