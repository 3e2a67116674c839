"""Reads and writes the nodes of one service: its tables as deploy/tables.py makes them."""

import contextlib
import json
import re
from decimal import Decimal

from ..deploy.datamodel import field_named, is_relation, model_named, opposite, side
from ..deploy.tables import Tables
from ..errors import ApiError
from ..request_id import cuid
from ..store import now
from ..times import parse_time

_COMPARISONS = {'not': '<>', 'lt': '<', 'lte': '<=', 'gt': '>', 'gte': '>='}
_PATTERNS = {'contains': '%{}%', 'starts_with': '{}%', 'ends_with': '%{}'}


class Rows:
    """One connection's view on the data of a service with a given schema."""

    def __init__(self, session, project_id, schema):
        self.session, self.schema = session, schema
        self.tables = Tables(session.database, project_id)
        self.column = session.database.quote

    # Values

    @staticmethod
    def stored(field, value):
        if field['typeName'] == 'DateTime' and isinstance(value, str):
            return parse_time(value)
        if field['typeName'] == 'Json' and not isinstance(value, str):
            return json.dumps(value, separators=(',', ':'), ensure_ascii=False)
        return value

    @staticmethod
    def loaded(field, value):
        if value is None:
            return None
        kind = field['typeName']
        if kind == 'Boolean':
            return bool(value)
        if kind == 'Float' and isinstance(value, Decimal):
            return float(value)
        return value.rstrip() if kind == 'GraphQLID' else value

    def columns(self, model):
        return [field for field in model['fields'] if not is_relation(field) and not field['isList']]

    # Reading

    def condition(self, model, where):
        """A `where` argument as SQL with its parameters. Conditions on relations are not part of the stand-in."""
        parts, parameters = [], []
        for key, value in (where or {}).items():
            if key == 'AND':
                inner = [self.condition(model, one) for one in value]
                parts += [part for part, _ in inner]
                parameters += [one for _, more in inner for one in more]
                continue
            name, operator = self._split(model, key)
            field, column = field_named(model, name), self.column(name)
            if operator == 'in':
                parts.append(f'{column} IN ({", ".join(["%s"] * len(value))})' if value else '1 = 0')
                parameters += [self.stored(field, one) for one in value]
            elif operator in _PATTERNS:
                parts.append(f'{column} LIKE %s')
                parameters.append(_PATTERNS[operator].format(re.sub(r'([\\%_])', r'\\\1', value)))
            elif value is None:
                parts.append(f'{column} IS {"NOT " if operator else ""}NULL')
            else:
                parts.append(f'{column} {_COMPARISONS.get(operator, "=")} %s')
                parameters.append(self.stored(field, value))
        return ' AND '.join(parts) or '1 = 1', parameters

    @staticmethod
    def _split(model, key):
        if field_named(model, key):
            return key, None
        for operator in ('in', *_COMPARISONS, *_PATTERNS):
            if key.endswith(f'_{operator}') and field_named(model, key[: -len(operator) - 1]):
                return key[: -len(operator) - 1], operator
        raise KeyError(key)

    def find(self, model, where=None, order=None, limit=None, offset=0, ids=None):
        condition, parameters = self.condition(model, where)
        if ids is not None:
            if not ids:
                return []
            condition += f' AND {self.column("id")} IN ({", ".join(["%s"] * len(ids))})'
            parameters += ids
        field, _, direction = (order or 'id_ASC').rpartition('_')
        statement = (f'SELECT * FROM {self.tables.model(model["name"])} WHERE {condition}'
                     f' ORDER BY {self.column(field)} {direction}, {self.column("id")}'
                     f' LIMIT {int(limit) if limit is not None else 2**31} OFFSET {int(offset or 0)}')
        return [self._node(model, row) for row in self.session.rows(statement, parameters)]

    def _node(self, model, row):
        return {field['name']: self.loaded(field, row.get(field['name'])) for field in self.columns(model)}

    def one(self, model, where):
        """The node a unique condition names, or None."""
        where = {key: value for key, value in where.items() if value is not None}
        if len(where) != 1:
            raise ApiError(3040, 'You provided an invalid argument for the where selector on '
                                 f'{model["name"]}.')
        found = self.find(model, where, limit=1)
        return found[0] if found else None

    def needed(self, model, where):
        node = self.one(model, where)
        if node is None:
            name, value = next(iter(where.items()))
            raise ApiError(3039, f'No Node for the model {model["name"]} with value {value} for {name} found.')
        return node

    def count(self, model, where=None):
        condition, parameters = self.condition(model, where)
        return self.session.value(
            f'SELECT COUNT(*) AS n FROM {self.tables.model(model["name"])} WHERE {condition}', parameters)

    def list_values(self, model, field, node_id):
        rows = self.session.rows(
            f'SELECT {self.column("value")} AS value FROM {self.tables.scalar_list(model["name"], field["name"])}'
            f' WHERE {self.column("nodeId")} = %s ORDER BY {self.column("position")}', [node_id])
        return [self.loaded(field, row['value']) for row in rows]

    def related_ids(self, model, field, node_id):
        own = side(self.schema, model['name'], field)
        other = 'B' if own == 'A' else 'A'
        rows = self.session.rows(
            f'SELECT {self.column(other)} AS id FROM {self.tables.relation(field["relation"])}'
            f' WHERE {self.column(own)} = %s ORDER BY {self.column("id")}', [node_id])
        return [row['id'].rstrip() for row in rows]

    # Writing

    def insert(self, model, values):
        """A new node from scalar values; gives its id. A unique value that is there already is told as an API does."""
        with self._guarded(model):
            defaults = {field['name']: default_of(field) for field in self.columns(model) if field['default'] is not None}
            return self.insert_plainly(model, {**defaults, **values})

    def insert_plainly(self, model, values):
        moment = now()
        row = {'id': values.get('id') or cuid(), **{name: moment for name in _kept_times(model)}}
        lists = []
        for field in model['fields']:
            value = values.get(field['name'])
            if is_relation(field) or field['name'] in row and value is None:
                continue
            if field['isList']:
                lists.append((field, value or []))
            elif value is not None:
                row[field['name']] = self.stored(field, value)
        self.session.run(f'INSERT INTO {self.tables.model(model["name"])} ({", ".join(map(self.column, row))})'
                         f' VALUES ({", ".join(["%s"] * len(row))})', row.values())
        for field, items in lists:
            self.set_list(model, field, row['id'], items)
        return row['id']

    def update(self, model, node_id, values):
        row = {'updatedAt': now()} if 'updatedAt' in _kept_times(model) else {}
        for name, value in values.items():
            field = field_named(model, name)
            if field['isList']:
                self.set_list(model, field, node_id, value)
            else:
                row[name] = self.stored(field, value)
        if not row:
            return
        assignments = ', '.join(f'{self.column(name)} = %s' for name in row)
        with self._guarded(model):
            self.session.run(f'UPDATE {self.tables.model(model["name"])} SET {assignments} WHERE {self.column("id")} = %s',
                             [*row.values(), node_id])

    @contextlib.contextmanager
    def _guarded(self, model):
        try:
            yield
        except self.session.database.driver_errors as problem:
            text = str(problem)
            if 'Duplicate entry' not in text and 'duplicate key' not in text:
                raise
            match = re.search(r"for key '(?:.*\.)?([^'.]+?)_UNIQUE'", text) or re.search(r'Key \("?(\w+)"?\)', text)
            raise ApiError(3010, f'A unique constraint would be violated on {model["name"]}. Details: Field name = '
                                 f'{match.group(1) if match else "id"}') from None

    def set_list(self, model, field, node_id, items):
        table = self.tables.scalar_list(model['name'], field['name'])
        self.session.run(f'DELETE FROM {table} WHERE {self.column("nodeId")} = %s', [node_id])
        self.append_to_list(model, field, node_id, items)

    def append_to_list(self, model, field, node_id, items):
        table, column = self.tables.scalar_list(model['name'], field['name']), self.column
        last = self.session.value(f'SELECT MAX({column("position")}) AS n FROM {table} WHERE {column("nodeId")} = %s',
                                  [node_id]) or 0
        for index, item in enumerate(items):
            self.session.run(f'INSERT INTO {table} ({column("nodeId")}, {column("position")}, {column("value")})'
                             ' VALUES (%s, %s, %s)', [node_id, last + (index + 1) * 1000, self.stored(field, item)])

    def connect(self, model, field, node_id, other_id):
        """An end that is not a list keeps one connection, as does the far end."""
        own = side(self.schema, model['name'], field)
        other = 'B' if own == 'A' else 'A'
        table = self.tables.relation(field['relation'])
        far = opposite(self.schema, model['name'], field)
        if not field['isList']:
            self.session.run(f'DELETE FROM {table} WHERE {self.column(own)} = %s', [node_id])
        if far and not far['isList']:
            self.session.run(f'DELETE FROM {table} WHERE {self.column(other)} = %s', [other_id])
        self.disconnect(model, field, node_id, other_id)
        self.session.run(f'INSERT INTO {table} ({self.column("id")}, {self.column(own)}, {self.column(other)})'
                         ' VALUES (%s, %s, %s)', [cuid(), node_id, other_id])

    def disconnect(self, model, field, node_id, other_id=None):
        own = side(self.schema, model['name'], field)
        other = 'B' if own == 'A' else 'A'
        condition, parameters = f'{self.column(own)} = %s', [node_id]
        if other_id is not None:
            condition += f' AND {self.column(other)} = %s'
            parameters.append(other_id)
        self.session.run(f'DELETE FROM {self.tables.relation(field["relation"])} WHERE {condition}', parameters)

    def delete(self, model, node_id):
        for field in model['fields']:
            if is_relation(field):
                self.disconnect(model, field, node_id)
            elif field['isList']:
                self.set_list(model, field, node_id, [])
        for other in self.schema['models']:
            for field in other['fields']:
                if field['relatedModel'] == model['name'] and opposite(self.schema, other['name'], field) is None:
                    end = 'B' if side(self.schema, other['name'], field) == 'A' else 'A'
                    self.session.run(f'DELETE FROM {self.tables.relation(field["relation"])}'
                                     f' WHERE {self.column(end)} = %s', [node_id])
        self.session.run(f'DELETE FROM {self.tables.model(model["name"])} WHERE {self.column("id")} = %s', [node_id])

    def reset(self):
        for relation in self.schema['relations']:
            self.session.run(f'DELETE FROM {self.tables.relation(relation["name"])}')
        for model in self.schema['models']:
            for field in model['fields']:
                if field['isList'] and not is_relation(field):
                    self.session.run(f'DELETE FROM {self.tables.scalar_list(model["name"], field["name"])}')
            self.session.run(f'DELETE FROM {self.tables.model(model["name"])}')

    def related_model(self, field):
        return model_named(self.schema, field['relatedModel'])


def _kept_times(model):
    """The times that the server itself keeps; types of late versions need not have them."""
    return [name for name in ('createdAt', 'updatedAt') if field_named(model, name)]


def default_of(field):
    """The default of a field, which is kept as text."""
    text, kind = field['default'], field['typeName']
    if kind == 'Int':
        return int(text)
    if kind == 'Float':
        return float(text)
    if kind == 'Boolean':
        return text == 'true'
    return parse_time(text) if kind == 'DateTime' else text
