"""Reads a datamodel text and makes the internal schema of it: plain data, because it is stored as JSON.

    {"models": [{"name", "fields": [FIELD]}], "enums": [{"name", "values"}], "relations": [RELATION]}
    FIELD     {"name", "typeName", "isList", "isRequired", "unique", "isHidden", "enum", "default",
               "relation", "relatedModel"}
    RELATION  {"name", "modelA", "modelB"}

Names that were something else before (`@rename(oldName:)`) matter for one deploy only and are kept apart.
"""

from dataclasses import dataclass, field

from ..errors import bad_datamodel
from ..graphql.language import SyntaxProblem, parse_schema
from ..graphql.types import to_json

SCALARS = {'String': 'String', 'Int': 'Int', 'Float': 'Float', 'Boolean': 'Boolean', 'DateTime': 'DateTime',
           'ID': 'GraphQLID', 'Json': 'Json', 'UUID': 'Uuid'}
SYSTEM_FIELDS = {'id': 'GraphQLID', 'updatedAt': 'DateTime', 'createdAt': 'DateTime'}
EMPTY = {'models': [], 'enums': [], 'relations': []}


@dataclass
class Renames:
    """New name to old name; fields by (new model, new field)."""

    models: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)
    enums: dict = field(default_factory=dict)
    relations: dict = field(default_factory=dict)


def parse(text):
    """The definitions in a datamodel; ApiError 3017 when it is empty or not a datamodel."""
    try:
        return parse_schema(text)
    except SyntaxProblem as problem:
        raise bad_datamodel(str(problem)) from None


def models_of(definitions):
    return [item for item in definitions if item.kind == 'type_type']


def enums_of(definitions):
    return [item for item in definitions if item.kind == 'enum_type']


def enum_values_of(definitions):
    return {item.name: [value.name for value in item.items] for item in enums_of(definitions)}


def type_shape(node):
    """Name, list-ness and the required marks of a written type: `[Post!]!` is ('Post', True, True, True)."""
    required = node.kind == 'nonnull'
    inner = node.of if required else node
    if inner.kind != 'list':
        return inner.name, False, required, False
    item = inner.of
    item_required = item.kind == 'nonnull'
    while item.kind in ('nonnull', 'list'):
        item = item.of
    return item.name, True, required, item_required


def directive(node, name):
    """The arguments of a directive as plain data; None when it is not there."""
    for item in node.directives:
        if item.name == name:
            return {given.name: to_json(given.value) for given in item.arguments}
    return None


def argument(node, directive_name, argument_name):
    return (directive(node, directive_name) or {}).get(argument_name)


def build(definitions, late=False):
    """The schema and the renames. Only for definitions without errors (see rules.py). Late servers add no hidden fields
    to a type."""
    renames = Renames()
    models, enums = models_of(definitions), enums_of(definitions)
    enum_names = {item.name for item in enums}
    relations = Relations(models, {item.name for item in models})
    schema = {
        'models': [_model(item, enum_names, relations, renames, late) for item in models],
        'enums': [{'name': item.name, 'values': [value.name for value in item.items]} for item in enums],
        'relations': relations.all,
    }
    if late:
        _put_missing_ends_last(schema)
    for item in enums:
        if argument(item, 'rename', 'oldName'):
            renames.enums[item.name] = argument(item, 'rename', 'oldName')
    renames.relations = relations.old_names
    return schema, renames


def _put_missing_ends_last(schema):
    """A model at an end of a relation that has no field for it gets one that is not shown, and is put at the end then."""
    for model in list(schema['models']):
        for field in model['fields']:
            if is_relation(field) and opposite(schema, model['name'], field) is None:
                schema['models'].sort(key=lambda item, other=field['relatedModel']: item['name'] == other)


def _model(node, enum_names, relations, renames, late):
    old = argument(node, 'rename', 'oldName')
    if old:
        renames.models[node.name] = old
    fields = []
    for item in node.items:
        fields.append(_field(node, item, enum_names, relations))
        if late and fields[-1]['relation']:
            fields[-1]['unique'] = False
        old = argument(item, 'rename', 'oldName')
        if old:
            renames.fields[node.name, item.name] = old
    known = {item['name'] for item in fields}
    fields += [_make_field(name, type_name, isRequired=True, unique=name == 'id', isHidden=True)
               for name, type_name in SYSTEM_FIELDS.items() if name not in known and not late]
    return {'name': node.name, 'fields': fields}


def _make_field(name, type_name, **more):
    return {'name': name, 'typeName': type_name, 'isList': False, 'isRequired': False, 'unique': False,
            'isHidden': False, 'enum': None, 'default': None, 'relation': None, 'relatedModel': None, **more}


def _field(model, node, enum_names, relations):
    name, is_list, required, _ = type_shape(node.type)
    more = {'isList': is_list, 'isRequired': required and not is_list}
    default = argument(node, 'default', 'value')
    if default is None:
        default = argument(node, 'defaultValue', 'value')
    if default is not None:
        more['default'] = str(default).lower() if isinstance(default, bool) else str(default)
    more['unique'] = directive(node, 'unique') is not None or directive(node, 'id') is not None
    if name in SCALARS:
        return _make_field(node.name, SCALARS[name], **more)
    if name in enum_names:
        return _make_field(node.name, 'Enum', enum=name, **more)
    return _make_field(node.name, 'Relation', relation=relations.name_of(model.name, node.name), relatedModel=name,
                       **more)


def relation_name(model_a, model_b):
    """The name of a relation that was given none."""
    return 'To'.join(sorted((model_a, model_b)))


class Relations:
    """The relations between models, found from their fields."""

    def __init__(self, models, model_names):
        self.all, self.old_names, self._names = [], {}, {}
        for model in models:
            for item in model.items:
                other = type_shape(item.type)[0]
                if other in model_names:
                    self._add(model.name, item, other)

    def _add(self, model, item, other):
        name = argument(item, 'relation', 'name') or relation_name(model, other)
        self._names[model, item.name] = name
        old = argument(item, 'relation', 'oldName')
        if old:
            self.old_names[name] = old
        if name not in (relation['name'] for relation in self.all):
            model_a, model_b = sorted((model, other))
            self.all.append({'name': name, 'modelA': model_a, 'modelB': model_b})

    def name_of(self, model, field_name):
        return self._names[model, field_name]


# Reading the schema again


def model_named(schema, name):
    return next((item for item in schema['models'] if item['name'] == name), None)


def field_named(model, name):
    return next((item for item in model['fields'] if item['name'] == name), None)


def enum_named(schema, name):
    return next((item for item in schema['enums'] if item['name'] == name), None)


def relation_named(schema, name):
    return next((item for item in schema['relations'] if item['name'] == name), None)


def is_relation(field_):
    return field_['typeName'] == 'Relation'


def side(schema, model_name, field_):
    """'A' or 'B': the column of the relation's table that holds this model's ids.

    In a relation of a model with itself the first field has side A; a field that is its own opposite also has A.
    """
    relation = relation_named(schema, field_['relation'])
    if relation['modelA'] != relation['modelB']:
        return 'A' if relation['modelA'] == model_name else 'B'
    fields = [item for item in model_named(schema, model_name)['fields'] if item['relation'] == field_['relation']]
    return 'A' if fields[0]['name'] == field_['name'] else 'B'


def opposite(schema, model_name, field_):
    """The field at the other end of a relation; None when only one end has one."""
    model = model_named(schema, field_['relatedModel'])
    found = [item for item in model['fields'] if item['relation'] == field_['relation']]
    if model_name == field_['relatedModel'] and len(found) > 1:
        found = [item for item in found if item['name'] != field_['name']]
    return found[0] if found else None


_PREFILLED = {'Int': 0, 'Float': 0.0, 'Boolean': False, 'Json': '{}', 'DateTime': '1970-01-01 00:00:00'}


def prefilled(field_):
    """What late servers give rows that have no value in a field that becomes required."""
    return _PREFILLED.get(field_['typeName'], '') if field_['default'] is None else field_['default']
