"""Asks the real rows what a migration would lose or cannot do; an empty table never warns."""

from .datamodel import field_named, is_relation, model_named, prefilled, relation_named, side
from .rules import problem

_LOSS = 'You already have nodes for this model. This change will result in data loss.'
_FIELD_LOSS = 'You already have nodes for this model. This change may result in data loss.'
_CREATED = 'You are creating a required field but there are already nodes present that would violate that constraint.'
_REQUIRED = 'You are making a field required, but there are already nodes that would violate that constraint.'
_PREFILLED = 'You are changing the type of a required field. The fields will be pre-filled with the value: `{}`.'
_UNIQUE = 'You are making a field unique, but there are already nodes that would violate that constraint.'


def check(tables, session, steps, change, version):
    """(warnings, errors)"""
    checker = Checker(tables, session, change, version)
    for step in steps:
        handler = getattr(checker, step['type'], None)
        if handler:
            handler(step)
    return checker.warnings, checker.errors


def _shown(value):
    return str(value).lower() if isinstance(value, bool) else value


class Checker:
    def __init__(self, tables, session, change, version):
        self.session, self.tables, self.version, self.late = session, tables, version, version.is_late
        self.before, self.after = change
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
            self.field_loss(step, field, self.version.warns_of_the_model)

    def field_loss(self, step, field, names_model):
        """Before the last generation the field's name stands in the place of its model's."""
        self.warn(step['model'] if names_model else field['name'], _FIELD_LOSS, field['name'])

    def DeleteRelation(self, step):
        if self.any_row(self.tables.relation(step['name'])):
            self.warn(step['name'], 'You already have nodes for this relation. This change will result in data '
                                          'loss.')

    def CreateField(self, step):
        if model_named(self.before, step['model']) is None:
            return
        field = field_named(model_named(self.after, step['newModel']), step['name'])
        if not field['isRequired'] or field['isList'] or not self.has_nodes(step['model']):
            return
        if is_relation(field):
            if relation_named(self.before, field['relation']):
                self.refuse_relation(step['newModel'])
        elif self.late and not field['unique']:
            text = f'{_CREATED}The fields will be pre-filled with the value `{prefilled(field)}`.'
            self.warn(step['newModel'], text, field['name'])
        elif self.late:
            self.refuse(step['newModel'], f'You are creating a new required unique field `{field["name"]}`. There are '
                        f'already nodes for the model `{step["newModel"]}` that would violate that constraint.',
                        field['name'])
        else:
            self.refuse(step['newModel'], _CREATED)

    def refuse_relation(self, model):
        self.refuse(model, _CREATED.replace('field', 'relation,').replace('present ', ''))

    def CreateRelation(self, step):
        for name in (step['leftModel'], step['rightModel']):
            fields = [field for field in model_named(self.after, name)['fields'] if field['relation'] == step['name']]
            required = any(field['isRequired'] and not field['isList'] for field in fields)
            if required and model_named(self.before, name) and self.has_nodes(name):
                self.refuse_relation(name)

    def UpdateRelation(self, step):
        if step.get('before', {}).get('type') != step.get('after', {}).get('type'):
            self.DeleteRelation(step)

    def UpdateField(self, step):
        old = field_named(model_named(self.before, step['model']), step['name'])
        new = field_named(model_named(self.after, step['newModel']), step['newName'] or step['name'])
        if (old['typeName'], old['isList']) != (new['typeName'], new['isList']):
            if self.has_values(step['model'], old):
                self.field_loss(step, old, self.version.warns_of_the_model_retyped)
                if self.late and new['isRequired']:
                    self.warn(step['newModel'], _PREFILLED.format(_shown(prefilled(new))), new['name'])
            return
        if new['isRequired'] and not old['isRequired'] and not old['isList'] and self.lacks_values(step['model'], old):
            if self.late and not is_relation(new):
                self.warn(step['newModel'], _PREFILLED.format(_shown(prefilled(new))), new['name'])
            else:
                self.refuse(step['newModel'], _REQUIRED, new['name'])
        if new['unique'] and not old['unique'] and self.has_duplicates(step['model'], old):
            text = (f'You are updating the field `{new["name"]}` to be unique. But there are already nodes for the model '
                    f'`{step["newModel"]}` that would violate that constraint.') if self.late else _UNIQUE
            self.refuse(step['newModel'], text, new['name'])

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
            self.refuse('Global', f"You are deleting the value '{value}' of the enum '{enum}', but that value is in use.")
