"""The tables of one service, and what each migration step does to them.

A model is a table; a list of scalars a table `MODEL_FIELD` (nodeId, position, value); a relation a table `_NAME`
(id, A, B). Undoing a deletion brings back the table or column, not what was in it, as in the real server.
"""

from .datamodel import field_named, is_relation, model_named, prefilled


class InjectedFailure(Exception):
    """Provoked by the name of a model, for tests of failing migrations."""


def _is_column(field):
    return not is_relation(field) and not field['isList']


class Tables:
    def __init__(self, database, project_id, version=None):
        """Without a version, tables can be named but not changed."""
        # `prefills`: rows without a value get one where a field becomes required; late versions do that.
        # `converts`: a field of another type keeps its column, with the values in it; early versions do that.
        # `guards_lists`: a value in a list belongs to a node that is there.
        self.database, self.project_id = database, project_id
        self.prefills = version is not None and version.is_late
        self.converts = version is not None and version.converts_columns
        self.guards_lists = version is not None and version.guards_lists

    # Names

    def model(self, name):
        return self.database.table(self.project_id, name)

    def scalar_list(self, model, field):
        return self.database.table(self.project_id, f'{model}_{field}')

    def relation(self, name):
        return self.database.table(self.project_id, f'_{name}')

    # Steps

    def apply(self, session, step, before, after):
        """`before` and `after` are the schemas around the whole migration."""
        handler = getattr(self, '_' + step['type'], None)
        if handler and step.get('name') != step.get('newName', ''):
            handler(session, step, before, after)

    def undo(self, session, step, before, after):
        if step.get('model', step.get('name', '')).startswith('FailOnRollback'):
            raise InjectedFailure(f"the name of {step.get('model', step['name'])} asks for a failure on rollback")
        inverse = {
            'CreateModel': lambda: self._DeleteModel(session, step, after, before),
            'DeleteModel': lambda: self._restore_model(session, step, before),
            'CreateField': lambda: self._DeleteField(session, step, after, before),
            'DeleteField': lambda: self._add_field(session, step['model'], self._field(before, step), optional=True),
            'CreateRelation': lambda: self._DeleteRelation(session, step, after, before),
            'DeleteRelation': lambda: self._CreateRelation(session, step, after, before),
            'UpdateModel': lambda: self._rename_model(session, step['newName'], step['name'], after),
            'UpdateField': lambda: self._change(session, step['model'], self._field_after(after, step),
                                                self._field(before, step)),
            'UpdateRelation': lambda: self._rename_relation(session, step['newName'], step['name']),
        }.get(step['type'])
        if inverse:
            inverse()

    @staticmethod
    def _field(schema, step):
        """The field a step is about; its model may have another name in a later schema."""
        model = model_named(schema, step['model'])
        return field_named(model, step['name']) if model else None

    @staticmethod
    def _field_after(schema, step):
        name = step.get('newName') or step['name']
        model = model_named(schema, step.get('newModel') or step['model'])
        return field_named(model, name)

    def _CreateModel(self, session, step, _before, _after):
        id_type = self.database.column_types['GraphQLID']
        session.run(f'CREATE TABLE {self.model(step["name"])} ({self.database.quote("id")} {id_type} NOT NULL PRIMARY KEY)')

    def _DeleteModel(self, session, step, before, _after):
        for field in model_named(before, step['name'])['fields']:
            if field['isList'] and not is_relation(field):
                session.run(f'DROP TABLE IF EXISTS {self.scalar_list(step["name"], field["name"])}')
        session.run(f'DROP TABLE {self.model(step["name"])}')

    def _restore_model(self, session, step, before):
        self._CreateModel(session, step, before, None)
        for field in model_named(before, step['name'])['fields']:
            self._add_field(session, step['name'], field)

    def _UpdateModel(self, session, step, _before, after):
        self._rename_model(session, step['name'], step['newName'], after)

    def _rename_model(self, session, old, new, schema):
        # Fields are updated before models: in both directions they have their new names now.
        model = model_named(schema, new.removeprefix('__')) or model_named(schema, old.removeprefix('__'))
        for field in model['fields']:
            if field['isList'] and not is_relation(field):
                self._rename_table(session, f'{old}_{field["name"]}', f'{new}_{field["name"]}')
        self._rename_table(session, old, new)

    def _rename_table(self, session, old, new):
        table = self.database.table(self.project_id, old)
        # MySQL takes the new name with its database, PostgreSQL without.
        target = self.database.table(self.project_id, new) if self.database.separator == '@' else self.database.quote(new)
        session.run(f'ALTER TABLE {table} RENAME TO {target}')

    def _CreateField(self, session, step, _before, after):
        if step['model'].startswith('FailOn'):
            raise InjectedFailure(f"the name of {step['model']} asks for a failure")
        self._add_field(session, step['model'], self._field_after(after, step))

    def _DeleteField(self, session, step, before, _after):
        field = field_named(model_named(before, step.get('newModel') or step['model']), step['name'])
        self._drop_field(session, step['model'], field)

    def _UpdateField(self, session, step, before, after):
        self._change(session, step['model'], self._field(before, step), self._field_after(after, step))

    def _CreateRelation(self, session, step, _before, _after):
        id_type, column = self.database.column_types['GraphQLID'], self.database.quote
        session.run(f'CREATE TABLE {self.relation(step["name"])} ({column("id")} {id_type} NOT NULL PRIMARY KEY,'
                    f' {column("A")} {id_type} NOT NULL, {column("B")} {id_type} NOT NULL)')

    def _DeleteRelation(self, session, step, _before, _after):
        session.run(f'DROP TABLE {self.relation(step["name"])}')

    def _UpdateRelation(self, session, step, _before, _after):
        if step.get('before', {}).get('type') != step.get('after', {}).get('type'):
            session.run(f'DELETE FROM {self.relation(step["name"])}')
        self._rename_relation(session, step['name'], step['newName'])

    def _rename_relation(self, session, old, new):
        if new and new != old:
            self._rename_table(session, f'_{old}', f'_{new}')

    # Fields

    def _type(self, field):
        return self.database.column_types[field['typeName']]

    def _add_field(self, session, model, field, optional=False):
        column = self.database.quote
        if is_relation(field) or field['name'] == 'id':
            return
        if field['isList']:
            id_type = self.database.column_types['GraphQLID']
            owner = (f', FOREIGN KEY ({column("nodeId")}) REFERENCES {self.model(model)} ({column("id")}) ON DELETE CASCADE'
                     if self.guards_lists else '')
            session.run(f'CREATE TABLE {self.scalar_list(model, field["name"])} ({column("nodeId")} {id_type} NOT NULL,'
                        f' {column("position")} int NOT NULL, {column("value")} {self._type(field)} NOT NULL,'
                        f' PRIMARY KEY ({column("nodeId")}, {column("position")}){owner})')
            return
        required = field['isRequired'] and not optional
        if self.prefills:
            # A field that is new once more is made anew.
            self._drop_column(session, model, field['name'], 'IF EXISTS ')
        # PostgreSQL accepts a required column only where there are no rows.
        at_once = required and not self.prefills and self.database.separator == '$'
        session.run(f'ALTER TABLE {self.model(model)} ADD COLUMN {column(field["name"])} {self._type(field)}'
                    f' {"NOT NULL" if at_once else "NULL"}')
        if required and not at_once:
            # The rows that are there get a value: MySQL makes one up, and so do late versions.
            self._prefill(session, model, field)
            self._alter_column(session, model, field, field)
        if field['unique']:
            self._add_unique(session, model, field)

    def _prefill(self, session, model, field):
        column = self.database.quote(field['name'])
        value = {'true': True, 'false': False}.get(prefilled(field), prefilled(field))
        session.run(f'UPDATE {self.model(model)} SET {column} = %s WHERE {column} IS NULL', [value])

    def _drop_field(self, session, model, field):
        if is_relation(field) or field['name'] == 'id':
            return
        if field['isList']:
            session.run(f'DROP TABLE {self.scalar_list(model, field["name"])}')
        else:
            self._drop_column(session, model, field['name'])

    def _drop_column(self, session, model, name, condition=''):
        session.run(f'ALTER TABLE {self.model(model)} DROP COLUMN {condition}{self.database.quote(name)}')

    def _change(self, session, model, old, new):
        """Another type means another column; the rest is altered in place."""
        storage = [(field['typeName'], field['isList']) for field in (old, new)]
        if storage[0] != storage[1] and not (self.converts and _is_column(old) and _is_column(new)):
            if self.converts and old['isList'] and is_relation(old):
                # It looks for the table of a list of scalars, in vain.
                session.run(f'TRUNCATE TABLE {self.scalar_list(model, old["name"])}')
            if self.prefills and self.database.empties_retyped and _is_column(old) and not new['isRequired']:
                session.run(f'UPDATE {self.model(model)} SET {self.database.quote(old["name"])} = NULL')
            self._drop_field(session, model, old)
            self._add_field(session, model, new)
            return
        if is_relation(new) or new['name'] == 'id':
            return
        if new['isList']:
            if old['name'] != new['name']:
                self._rename_table(session, f'{model}_{old["name"]}', f'{model}_{new["name"]}')
            return
        renamed = old['name'] != new['name']
        if old['unique'] and (renamed or not new['unique']):
            self._drop_unique(session, model, old['name'])
        if self.prefills and new['isRequired'] and not old['isRequired']:
            self._prefill(session, model, {**new, 'name': old['name']})
        self._alter_column(session, model, old, new)
        if new['unique'] and (renamed or not old['unique']):
            self._add_unique(session, model, new)

    def _alter_column(self, session, model, old, new):
        table, column = self.model(model), self.database.quote
        if self.database.separator == '@':
            required = 'NOT NULL' if new['isRequired'] else 'NULL'
            session.run(f'ALTER TABLE {table} CHANGE COLUMN {column(old["name"])} {column(new["name"])}'
                        f' {self._type(new)} {required}')
            return
        if old['name'] != new['name']:
            session.run(f'ALTER TABLE {table} RENAME COLUMN {column(old["name"])} TO {column(new["name"])}')
        action = 'SET' if new['isRequired'] else 'DROP'
        session.run(f'ALTER TABLE {table} ALTER COLUMN {column(new["name"])} {action} NOT NULL')

    def _add_unique(self, session, model, field):
        # An index has its name within its table in MySQL, within its schema in PostgreSQL, which finds one itself.
        name = self.database.quote(f'{field["name"]}_UNIQUE') if self.database.separator == '@' else ''
        length = self.database.unique_lengths.get(field['typeName'])
        column = self.database.quote(field['name']) + (f'({length})' if length else '')
        session.run(f'CREATE UNIQUE INDEX {name} ON {self.model(model)} ({column})')

    def _drop_unique(self, session, model, field):
        if self.database.separator == '@':
            session.run(f'DROP INDEX {self.database.quote(field + "_UNIQUE")} ON {self.model(model)}')
            return
        name = session.value(
            'SELECT i.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid'
            ' JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey)'
            ' WHERE x.indrelid = %s::regclass AND x.indisunique AND NOT x.indisprimary AND a.attname = %s',
            [self.model(model).replace('%%', '%'), field])
        if name:
            session.run(f'DROP INDEX {self.database.table(self.project_id, name)}')
