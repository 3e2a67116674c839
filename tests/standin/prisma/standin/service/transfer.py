"""Import and export of a service's rows, in the three parts nodes, lists and relations.

An export gives one table's rows in pieces of a thousand; the real server cuts by size. The cursor is -1 in all its
parts once a file type is done.
"""

import json
from datetime import datetime

from ..deploy.datamodel import field_named, is_relation, model_named, side
from ..errors import ApiError
from ..management.types import DATE_TIME

_PIECE = 1000
_DONE = {'table': -1, 'row': -1, 'field': -1, 'array': -1}


def export(rows, request, version):
    cursor = request.get('cursor') or {}
    needed = ('table', 'row') if version.since(1, 8) else ('table', 'row', 'field', 'array')
    if not all(isinstance(cursor.get(key), int) for key in needed):
        raise ApiError(3000, 'The cursor of the export request is incomplete.')
    parts = {'nodes': _node_tables, 'lists': _list_tables, 'relations': _relation_tables}
    if request.get('fileType') not in parts:
        raise ApiError(3000, 'The fileType must be nodes, lists or relations.')
    tables = parts[request['fileType']](rows)
    table, row, found = cursor['table'], cursor['row'], []
    while 0 <= table < len(tables) and not found:
        found = tables[table](row)
        row += len(found)
        if len(found) < _PIECE:
            table, row = table + 1, 0
    done = not 0 <= table < len(tables)
    return {'out': {'jsonElements': found, 'size': len(json.dumps(found))},
            'cursor': _DONE if done else {'table': table, 'row': row, 'field': 0, 'array': 0}, 'isFull': not done}


def _shown(value):
    return DATE_TIME.serialize(value) if isinstance(value, datetime) else value


def _node_tables(rows):
    def reader(model):
        def read(start):
            return [{'_typeName': model['name'], **{key: _shown(value) for key, value in node.items()
                                                    if value is not None}}
                    for node in rows.find(model, limit=_PIECE, offset=start)]
        return read
    return [reader(model) for model in rows.schema['models']]


def _list_tables(rows):
    def reader(model, field):
        def read(start):
            nodes = rows.find(model, limit=_PIECE, offset=start)
            return [{'_typeName': model['name'], 'id': node['id'],
                     field['name']: [_shown(one) for one in rows.list_values(model, field, node['id'])]}
                    for node in nodes]
        return read
    return [reader(model, field) for model in rows.schema['models'] for field in model['fields']
            if field['isList'] and not is_relation(field)]


def _relation_tables(rows):
    def reader(relation):
        def read(start):
            found = rows.session.rows(
                f'SELECT * FROM {rows.tables.relation(relation["name"])} ORDER BY {rows.column("id")}'
                f' LIMIT {_PIECE} OFFSET {start}')
            ends = [_end(rows.schema, relation, letter) for letter in 'AB']
            return [[{'_typeName': model, 'id': row[letter].rstrip(), 'fieldName': field}
                     for letter, (model, field) in zip('AB', ends)] for row in found]
        return read
    return [reader(relation) for relation in rows.schema['relations']]


def _end(schema, relation, letter):
    """Model and field name (None for an end without a field) of one side of a relation."""
    name = relation['modelA' if letter == 'A' else 'modelB']
    for field in model_named(schema, name)['fields']:
        if field['relation'] == relation['name'] and side(schema, name, field) == letter:
            return name, field['name']
    return name, None


def import_(rows, request, version):
    """An empty list, or one entry for each value that could not be imported; the others are."""
    values, kind = request.get('values'), request.get('valueType')
    load = {'nodes': _import_node, 'lists': _import_list, 'relations': _import_relation}.get(kind)
    if load is None or not isinstance(values, list):
        raise ApiError(3000, 'The valueType must be nodes, lists or relations, with a list of values.')
    problems = []
    for index, value in enumerate(values):
        try:
            load(rows, value)
        except (ApiError, KeyError, TypeError, AttributeError, *rows.session.database.driver_errors) as problem:
            text = f'Failure inserting {kind[:-1]} {index}: {problem}'
            problems.append(text if version.since(1, 8) else {'index': index, 'message': text})
    return problems


def _import_node(rows, value):
    model = model_named(rows.schema, value['_typeName'])
    rows.insert(model, {key: one for key, one in value.items() if key != '_typeName'})


def _import_list(rows, value):
    model = model_named(rows.schema, value['_typeName'])
    for key, items in value.items():
        if key not in ('_typeName', 'id'):
            rows.set_list(model, field_named(model, key), value['id'], items)


def _import_relation(rows, value):
    first, second = value if value[0].get('fieldName') else reversed(value)
    model = model_named(rows.schema, first['_typeName'])
    field = field_named(model, first['fieldName'])
    rows.connect(model, field, first['id'], second['id'])


