"""Import and export of a service's rows, in the three parts nodes, lists and relations.

An export gives rows in pieces of a thousand; the real server cuts by size. The cursor is -1 in all its
parts once a file type is done.
"""

import contextlib
import json
from datetime import datetime
from functools import partial

from ..deploy.datamodel import field_named, is_relation, model_named, side
from ..errors import Crash
from ..management.types import DATE_TIME
from . import formats

_PIECE = 1000
_DONE = {'table': -1, 'row': -1, 'field': -1, 'array': -1}


def export(rows, request, version):
    formats.check(request, formats.export_shape(version), version)
    cursor = request['cursor']
    parts = {'nodes': _node_tables, 'lists': _list_tables, 'relations': _relation_tables}
    is_known = request['fileType'] in parts
    tables = parts[request['fileType']](rows) if is_known else []
    table, row, found = cursor['table'], cursor['row'], []
    if is_known and tables and not 0 <= table < len(tables):
        raise Crash('None.get')
    while table < len(tables) and len(found) < _PIECE:
        read, last = tables[table](row, _PIECE - len(found))
        found += read
        table, row = (table + 1, 0) if last is None else (table, last)
    done = table >= len(tables)
    size = sum(len(json.dumps(one, separators=(',', ':'), ensure_ascii=False)) for one in found)
    return {'out': {'jsonElements': found, 'size': size},
            'cursor': _DONE if done else {'table': table, 'row': row, 'field': 0, 'array': 0}, 'isFull': not done}


def _shown(field, value):
    if field['typeName'] == 'Json':
        return json.loads(value)
    return DATE_TIME.serialize(value) if isinstance(value, datetime) else value


def _piece(read, start, most):
    """Elements from a row on, and the row at which to go on, None if there is none."""
    found = read(start, most)
    return [one for one in found if one], start + most if len(found) == most else None


def _node_tables(rows):
    def reader(model):
        fields = rows.columns(model)

        def read(start, most):
            return [{'_typeName': model['name'], **{field['name']: _shown(field, node[field['name']]) for field in fields
                                                    if node[field['name']] is not None}}
                    for node in rows.find(model, limit=most, offset=start)]
        return partial(_piece, read)
    return [reader(model) for model in rows.schema['models']]


def _list_tables(rows):
    def reader(model, field):
        def element(node):
            values = [_shown(field, one) for one in rows.list_values(model, field, node['id'])]
            return {'_typeName': model['name'], 'id': node['id'], field['name']: values} if values else None

        def read(start, most):
            return [element(node) for node in rows.find(model, limit=most, offset=start)]
        return partial(_piece, read)
    return [reader(model, field) for model in rows.schema['models'] for field in model['fields']
            if field['isList'] and not is_relation(field)]


def _relation_tables(rows):
    def reader(relation):
        ends = [_end(rows.schema, relation, letter) for letter in 'BA']

        def element(row):
            pair = [{'_typeName': model, 'id': row[letter].rstrip(), 'fieldName': field}
                    for letter, (model, field) in zip('BA', ends)]
            return pair if pair[0]['fieldName'] else pair[::-1]

        def read(start, most):
            return [element(row) for row in rows.session.rows(
                f'SELECT * FROM {rows.tables.relation(relation["name"])} ORDER BY {rows.column("id")}'
                f' LIMIT {most} OFFSET {start}')]
        return partial(_piece, read)
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
    formats.check(request, formats.IMPORT, version)
    kind = request['valueType']
    load = {'nodes': _import_node, 'lists': _import_list, 'relations': _import_relation}.get(kind)
    if load is None:
        raise Crash(f'{kind} (of class java.lang.String)')
    problems = []
    for index, value in enumerate(request['values']):
        try:
            load(rows, value, version)
        except _Refused as problem:
            problems.append(str(problem) if version.since(1, 8) else {'index': index, 'message': f' {problem.cause}'})
    return problems


class _Refused(Exception):
    """A value that cannot be imported; `cause` is what the database says."""

    def __init__(self, text, cause):
        super().__init__(text)
        self.cause = cause


@contextlib.contextmanager
def _told(rows, what):
    database = rows.session.database
    try:
        yield
    except database.driver_errors as problem:
        cause = database.told(problem)
        raise _Refused(f'Failure inserting {what}. Cause: {cause}', cause) from None


def _import_node(rows, value, version):
    model, id_ = _model_of(rows, value), _needed(value, 'id')
    for name in value:
        if version.since(1, 8) and name != '_typeName' and field_named(model, name) is None:
            text = f"The model {model['name']} with id {id_} has an unknown field '{name}' in field list."
            raise _Refused(text, text)
    with _told(rows, f'{model["name"]} with Id: {id_}'):
        rows.insert_plainly(model, {key: one for key, one in value.items() if key != '_typeName'})


def _import_list(rows, value, version):
    """Values are added to those that are there."""
    model, id_ = _model_of(rows, value), _needed(value, 'id')
    for key, items in value.items():
        if key not in ('_typeName', 'id'):
            field = _field_of(model, key, version)
            with _told(rows, f'into listTable {model["name"]}_{key} for the id {id_}'):
                rows.append_to_list(model, field, id_, items)


def _import_relation(rows, value, version):
    if not isinstance(value, list):
        raise formats.play([('', 'expected.jsarray')]) if version.since(1, 8) else Crash('JSON array expected')
    named = next((one for one in value if one.get('fieldName')), None)
    if named is None or len(value) != 2:
        raise Crash('Invalid ImportRelation at least one fieldName needs to be defined.')
    other = value[1 - value.index(named)]
    model = _model_of(rows, named)
    field = _field_of(model, named['fieldName'], version)
    with _told(rows, f'into relationtable _{field["relation"]} with ids {other["id"]} and {named["id"]}'):
        rows.connect(model, field, named['id'], other['id'])


def _needed(value, name):
    if name not in value:
        raise Crash(f'key not found: {name}')
    return value[name]


def _model_of(rows, value):
    name = _needed(value, '_typeName')
    model = model_named(rows.schema, name)
    if model is None:
        raise Crash(f'No model with name: {name} found.')
    return model


def _field_of(model, name, version):
    field = field_named(model, name)
    if field is None:
        owner = model['name'] if version.since(1, 8) else name
        raise Crash(f'field {name} is not part of the model {owner}')
    return field
