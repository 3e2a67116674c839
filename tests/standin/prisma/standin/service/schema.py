"""Generates the schema of a service's API from its deployed datamodel.

Queries and mutations on models with their scalar fields, nested `create`, `connect` and `disconnect`. Not part of the
stand-in: subscriptions, conditions on relations, cascading deletes, nested updates, raw access.
"""

import json

from ..deploy.datamodel import field_named, is_relation, opposite
from ..graphql.types import (
    BOOLEAN, FLOAT, ID, INT, STRING, BadValue, Enum, Field, Input, InputObject, Interface, List, NonNull, Object,
    Scalar, Schema,
)
from ..management.types import DATE_TIME
from .resolvers import Resolvers

SYSTEM = ('id', 'createdAt', 'updatedAt')


def _json_text(value):
    try:
        return json.dumps(json.loads(value)) if isinstance(value, str) else json.dumps(value)
    except ValueError:
        raise BadValue('Json value expected') from None


JSON = Scalar('Json', serialize=json.loads, coerce=_json_text)
UUID = Scalar('UUID', serialize=str)
LONG = Scalar('Long')
_TYPES = {'String': STRING, 'Int': INT, 'Float': FLOAT, 'Boolean': BOOLEAN, 'DateTime': DATE_TIME, 'GraphQLID': ID,
          'Json': JSON, 'Uuid': UUID}


def lower(name):
    return name[0].lower() + name[1:]


def upper(name):
    return name[0].upper() + name[1:]


def plural(name):
    if name.endswith('y') and name[-2:-1] not in tuple('aeiou'):
        return name[:-1] + 'ies'
    return name + ('es' if name.endswith(('s', 'x', 'z', 'ch', 'sh')) else 's')


def visible(model):
    return [field for field in model['fields'] if not field['isHidden'] or field['name'] == 'id']


def build(schema):
    return Generator(schema).schema_of_service()


class Generator:
    def __init__(self, schema):
        self.schema = schema
        self.enums = {item['name']: Enum(item['name'], item['values']) for item in schema['enums']}
        self.node = Interface('Node', {'id': Field(NonNull(ID))}, lambda node: node['__model'])
        self.objects, self.inputs = {}, {}
        self.models = {model['name']: model for model in schema['models']}
        self.page_info = Object('PageInfo', {
            'hasNextPage': Field(NonNull(BOOLEAN)), 'hasPreviousPage': Field(NonNull(BOOLEAN)),
            'startCursor': Field(STRING), 'endCursor': Field(STRING)})
        self.batch = Object('BatchPayload', {'count': Field(NonNull(LONG))})
        for model in schema['models']:
            self.objects[model['name']] = self.object(model)

    def schema_of_service(self):
        query = {'node': Field(self.node, {'id': Input(NonNull(ID))}, Resolvers(self.schema, None).any_node)}
        mutation = {}
        for model in self.schema['models']:
            query.update(self.queries(model))
            mutation.update(self.mutations(model))
        return Schema(Object('Query', query), Object('Mutation', mutation) if mutation else None,
                      list(self.objects.values()))

    def leaf(self, field):
        return self.enums[field['enum']] if field['enum'] else _TYPES[field['typeName']]

    # Output

    def object(self, model):
        resolvers = Resolvers(self.schema, model)

        def fields():
            return {field['name']: self.output(model, field, resolvers) for field in visible(model)
                    if not is_relation(field) or field['relatedModel'] in self.objects}

        has_id = not field_named(model, 'id')['isHidden']
        return Object(model['name'], fields, [self.node] if has_id else [])

    def output(self, model, field, resolvers):
        if is_relation(field):
            type_ = self.objects[field['relatedModel']]
            if field['isList']:
                return Field(List(NonNull(type_)), self.list_arguments(self.models[field['relatedModel']]),
                             resolvers.related_list(field))
            return Field(NonNull(type_) if field['isRequired'] else type_, {}, resolvers.related_one(field))
        type_ = self.leaf(field)
        if field['isList']:
            return Field(NonNull(List(NonNull(type_))), {}, resolvers.scalar_list(field))
        return Field(NonNull(type_) if field['isRequired'] else type_)

    def list_arguments(self, model):
        return {'where': Input(self.where(model)), 'orderBy': Input(self.order(model)), 'skip': Input(INT),
                'after': Input(STRING), 'before': Input(STRING), 'first': Input(INT), 'last': Input(INT)}

    def connection(self, model):
        name = model['name']
        edge = Object(f'{name}Edge', {'node': Field(NonNull(self.objects[name])), 'cursor': Field(NonNull(STRING))})
        aggregate = Object(f'Aggregate{name}', {'count': Field(NonNull(INT))})
        return Object(f'{name}Connection', {
            'pageInfo': Field(NonNull(self.page_info)), 'edges': Field(NonNull(List(edge))),
            'aggregate': Field(NonNull(aggregate))})

    # Input

    def named_input(self, name, fields):
        """One input type per name; the fields are found later because they may refer to each other."""
        if name not in self.inputs:
            self.inputs[name] = InputObject(name, fields)
        return self.inputs[name]

    def order(self, model):
        name = f'{model["name"]}OrderByInput'
        if name not in self.inputs:
            plain = [field['name'] for field in model['fields'] if not is_relation(field) and not field['isList']]
            self.inputs[name] = Enum(name, [f'{field}_{way}' for field in plain for way in ('ASC', 'DESC')])
        return self.inputs[name]

    def where(self, model):
        name = f'{model["name"]}WhereInput'

        def fields():
            found = {'AND': Input(List(NonNull(self.inputs[name])))}
            for field in visible(model):
                if is_relation(field) or field['isList'] or field['typeName'] == 'Json':
                    continue
                type_, title = self.leaf(field), field['name']
                found.update({title: Input(type_), f'{title}_not': Input(type_),
                              f'{title}_in': Input(List(NonNull(type_)))})
                operators = () if field['typeName'] in ('Boolean', 'Enum') else ('lt', 'lte', 'gt', 'gte')
                if field['typeName'] in ('String', 'GraphQLID'):
                    operators += ('contains', 'starts_with', 'ends_with')
                found.update({f'{title}_{operator}': Input(type_) for operator in operators})
            return found

        return self.named_input(name, fields)

    def unique(self, model):
        fields = {field['name']: Input(self.leaf(field)) for field in visible(model)
                  if field['unique'] and not is_relation(field)}
        return self.named_input(f'{model["name"]}WhereUniqueInput', fields)

    def data(self, model, action, without=None):
        """The input of a create or update; `without` is the field that a nested input leaves out."""
        name = model['name'] + action + (f'Without{upper(without)}' if without else '') + \
            ('Data' if without and action == 'Update' else '') + 'Input'

        def fields():
            found = {}
            for field in visible(model):
                if field['name'] in SYSTEM or field['name'] == without:
                    continue
                type_ = self.relation_input(model, field, action) if is_relation(field) else self.scalar_input(
                    model, field, action)
                required = action == 'Create' and field['isRequired'] and field['default'] is None
                found[field['name']] = Input(NonNull(type_) if required else type_)
            return found

        return self.named_input(name, fields)

    def scalar_input(self, model, field, action):
        if not field['isList']:
            return self.leaf(field)
        return self.named_input(f'{model["name"]}{action}{field["name"]}Input',
                                {'set': Input(List(NonNull(self.leaf(field))))})

    def relation_input(self, model, field, action):
        other, far = self.models[field['relatedModel']], opposite(self.schema, model['name'], field)
        without = far['name'] if far and not far['isHidden'] else None
        many = 'Many' if field['isList'] else 'One'
        name = f'{other["name"]}{action}{many}' + (f'Without{upper(without)}' if without else '') + 'Input'

        def fields():
            create, unique = self.data(other, 'Create', without), self.unique(other)
            if field['isList']:
                create, unique = List(NonNull(create)), List(NonNull(unique))
            found = {'create': Input(create), 'connect': Input(unique)}
            if action == 'Update' and not field['isRequired']:
                found['disconnect'] = Input(unique if field['isList'] else BOOLEAN)
            return found

        return self.named_input(name, fields)

    # Roots

    def queries(self, model):
        resolvers, type_ = Resolvers(self.schema, model), self.objects[model['name']]
        many = plural(lower(model['name']))
        arguments = self.list_arguments(model)
        return {
            lower(model['name']): Field(type_, {'where': Input(NonNull(self.unique(model)))}, resolvers.one),
            many: Field(NonNull(List(type_)), arguments, resolvers.many),
            f'{many}Connection': Field(NonNull(self.connection(model)), arguments, resolvers.connection),
        }

    def mutations(self, model):
        resolvers, type_, name = Resolvers(self.schema, model), self.objects[model['name']], model['name']
        unique = Input(NonNull(self.unique(model)))
        create, update = Input(NonNull(self.data(model, 'Create'))), Input(NonNull(self.data(model, 'Update')))
        many = plural(name)
        return {
            f'create{name}': Field(NonNull(type_), {'data': create}, resolvers.create),
            f'update{name}': Field(type_, {'data': update, 'where': unique}, resolvers.update),
            f'upsert{name}': Field(NonNull(type_), {'where': unique, 'create': create, 'update': update},
                                   resolvers.upsert),
            f'delete{name}': Field(type_, {'where': unique}, resolvers.delete),
            f'deleteMany{many}': Field(NonNull(self.batch), {'where': Input(self.where(model))},
                                       resolvers.delete_many),
        }
