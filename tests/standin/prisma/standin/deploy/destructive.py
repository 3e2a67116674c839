"""Asks the real rows what a migration would lose or cannot do; an empty table never warns."""

from .datamodel import field_named, is_relation, model_named, relation_named, side
from .rules import problem

_LOSS = 'You already have nodes for this model. This change will result in data loss.'
_FIELD_LOSS = 'You already have nodes for this model with a value in this field. This change will result in data loss.'
_REQUIRED = ('You are {verb} a required field but there are already nodes for this model that would violate that '
             'constraint.')
_UNIQUE = 'You are making a field unique, but there are already nodes that would violate that constraint.'


def check(session, tables, steps, before, after):
    """(warnings, errors)"""
    checker = Checker(session, tables, before, after)
    for step in steps:
        handler = getattr(checker, step['type'], None)
        if handler:
            handler(step)
    return checker.warnings, checker.errors


class Checker:
    def __init__(self, session, tables, before, after):
        self.session, self.tables, self.before, self.after = session, tables, before, after
        self.warnings, self.errors = [], []
        self.column = tables.database.quote

    def warn(self, type_name, text, field=None):
        self.warnings.append(problem(type_name, text, field))

    def refuse(self, type_name, text, field=None):
        self.errors.append(problem(type_name, text, field))

    # Questions about the data

    def any_row(self, table, condition='1 = 1', parameters=()):
        return self.session.row(f'SELECT 1 AS found FROM {table} WHERE {condition} LIMIT 1', parameters) is not None

    def has_nodes(self, model):
        return self.any_row(self.tables.model(model))

    def has_values(self, model, field):
        if is_relation(field):
            return self.any_row(self.tables.relation(field['relation']))
        if field['isList']:
            return self.any_row(self.tables.scalar_list(model, field['name']))
        return self.any_row(self.tables.model(model), f'{self.column(field["name"])} IS NOT NULL')

    def lacks_values(self, model, field):
        """Some node has no value in the field."""
        if is_relation(field):
            end = self.column(side(self.before, model, field))
            return self.any_row(self.tables.model(model), f'{self.column("id")} NOT IN '
                                                          f'(SELECT {end} FROM {self.tables.relation(field["relation"])})')
        return self.any_row(self.tables.model(model), f'{self.column(field["name"])} IS NULL')

    def has_duplicates(self, model, field):
        column = self.column(field['name'])
        return self.session.row(f'SELECT {column} FROM {self.tables.model(model)} WHERE {column} IS NOT NULL '
                                f'GROUP BY {column} HAVING COUNT(*) > 1 LIMIT 1') is not None

    # Steps

    def DeleteModel(self, step):
        if self.has_nodes(step['name']):
            self.warn(step['name'], _LOSS)

    def DeleteField(self, step):
        field = field_named(model_named(self.before, step['model']), step['name'])
        # A relation that is deleted with its field is reported as a relation.
        if not is_relation(field) and field['name'] not in ('id',) and self.has_values(step['model'], field):
            self.warn(step['model'], _FIELD_LOSS, field['name'])

    def DeleteRelation(self, step):
        relation = relation_named(self.before, step['name'])
        if self.any_row(self.tables.relation(step['name'])):
            self.warn(relation['modelA'], 'You already have nodes for this relation. This change will result in data '
                                          'loss.')

    def CreateField(self, step):
        if model_named(self.before, step['model']) is None:
            return
        field = field_named(model_named(self.after, step['newModel']), step['name'])
        if field['isRequired'] and not field['isList'] and self.has_nodes(step['model']):
            self.refuse(step['newModel'], _REQUIRED.format(verb='creating'), field['name'])

    def UpdateField(self, step):
        old = field_named(model_named(self.before, step['model']), step['name'])
        new = field_named(model_named(self.after, step['newModel']), step['newName'] or step['name'])
        if (old['typeName'], old['isList']) != (new['typeName'], new['isList']):
            if self.has_values(step['model'], old):
                self.warn(step['model'], _FIELD_LOSS, old['name'])
            if new['isRequired'] and self.has_nodes(step['model']):
                self.refuse(step['newModel'], _REQUIRED.format(verb='updating'), new['name'])
            return
        if new['isRequired'] and not old['isRequired'] and not old['isList'] and self.lacks_values(step['model'], old):
            self.refuse(step['newModel'], _REQUIRED.format(verb='updating'), new['name'])
        if new['unique'] and not old['unique'] and self.has_duplicates(step['model'], old):
            self.refuse(step['newModel'], _UNIQUE, new['name'])

    def UpdateEnum(self, step):
        if step['values'] is None:
            return
        removed = [value for enum in self.before['enums'] if enum['name'] == step['name']
                   for value in enum['values'] if value not in step['values']]
        for model in self.before['models']:
            for field in model['fields']:
                if field['enum'] == step['name']:
                    for value in removed:
                        self._removed_value(model['name'], field, step['name'], value)

    def _removed_value(self, model, field, enum, value):
        table, column = self.tables.model(model), field['name']
        if field['isList']:
            table, column = self.tables.scalar_list(model, field['name']), 'value'
        if self.any_row(table, f'{self.column(column)} = %s', [value]):
            self.refuse(enum, f"You are deleting the value '{value}' of the enum '{enum}', but that value is in use.")
