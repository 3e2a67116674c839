"""Finds the steps from one schema to the next.

The order: delete relation, field, model, enum; create enum, model, field, relation; update enum, field, model,
relation; in late versions updates come before creations. Steps on fields name the model as it is called before the migration, because models are renamed last;
`newModel` next to it is internal and not shown to clients.
"""

from .datamodel import enum_named, field_named, is_relation, model_named, relation_named

_COMPARED = ('typeName', 'isRequired', 'isList', 'unique', 'relation', 'default', 'enum')


def infer(previous, following, renames, version):
    return Inference(previous, following, renames, version).steps()


def manifestation(schema, relation):
    """Where late versions keep a relation: in a column of the model that has one other, else in a table."""
    for name in (relation['modelA'], relation['modelB']):
        for field in model_named(schema, name)['fields']:
            if field['relation'] == relation['name'] and not field['isList']:
                return {'type': 'Inline', 'model': name, 'column': field['name']}
    return {'type': 'LinkTable', 'table': f'_{relation["name"]}', 'modelAColumn': 'A', 'modelBColumn': 'B',
            'idColumn': None}


class Inference:
    def __init__(self, previous, following, renames, version):
        self.previous, self.following, self.renames = previous, following, renames
        self.late, self.in_two_steps = version.is_late, version.renames_in_two_steps
        # Defaults and names of relations are no matter of the database in late versions: only the model changes.
        self.compared = tuple(key for key in _COMPARED if not (self.late and key in ('default', 'relation')))
        # Before, a relation between two models is the same as the only one there was between them.
        self.kept_relation = self.named_relation if version.since(1, 2) else self.old_relation
        self.keep_sides()

    def keep_sides(self):
        """The ends of a relation are in the order of their names at first; a renamed model must not swap them."""
        for item in self.following['relations']:
            before = self.old_relation(item)
            if before and self.old_model_name(item['modelA']) != before['modelA']:
                item['modelA'], item['modelB'] = item['modelB'], item['modelA']

    def steps(self):
        creations = [*self.create_enums(), *self.create_models(), *self.create_fields(), *self.create_relations()]
        updates = [*self.update_enums(), *self.update_fields(), *self.update_models(), *self.update_relations()]
        return [
            *self.delete_relations(), *self.delete_fields(), *self.delete_models(), *self.delete_enums(),
            *(updates + creations if self.late else creations + updates),
        ]

    # What belongs to what. A rename that is left in place makes what it names new again.

    def old_model_name(self, name):
        return self.renames.models.get(name, name)

    def old_model(self, model):
        return model_named(self.previous, self.old_model_name(model['name']))

    def old_field(self, model, field):
        old = self.renames.fields.get((model['name'], field['name']), field['name'])
        return field_named(self.old_model(model), old)

    def old_enum(self, enum):
        return enum_named(self.previous, self.renames.enums.get(enum['name'], enum['name']))

    def named_relation(self, relation):
        """By its old name alone, but that a model's new name changes those of its relations that were given none."""
        ends = {self.old_model_name(relation['modelA']), self.old_model_name(relation['modelB'])}
        if ends != {relation['modelA'], relation['modelB']}:
            return self.old_relation(relation)
        old = relation_named(self.previous, self.renames.relations.get(relation['name'], relation['name']))
        return old if old and {old['modelA'], old['modelB']} == ends else None

    def old_relation(self, relation):
        """By name, by an explicit old name, or as the only relation between its two models before and after."""
        ends = {self.old_model_name(relation['modelA']), self.old_model_name(relation['modelB'])}

        def between(one, names):
            return {one['modelA'], one['modelB']} == names

        same = relation_named(self.previous, relation['name'])
        if same and between(same, ends):
            return same
        old = self.renames.relations.get(relation['name'])
        if old and relation_named(self.previous, old):
            return relation_named(self.previous, old)
        before = [one for one in self.previous['relations'] if between(one, ends)]
        after = [one for one in self.following['relations'] if between(one, {relation['modelA'], relation['modelB']})]
        return before[0] if len(before) == 1 and len(after) == 1 else None

    def gone(self, kind, old_of):
        """What has no successor. One whose name is there still has, even if that came by a rename from another."""
        kept, names = [old_of(item) for item in self.following[kind]], [item['name'] for item in self.following[kind]]
        stays = names if kind != 'relations' else ()
        return [item for item in self.previous[kind] if item not in kept and item['name'] not in stays]

    # Deletions

    def delete_relations(self):
        return [{'type': 'DeleteRelation', 'name': item['name']} for item in self.gone('relations', self.kept_relation)]

    def delete_fields(self):
        for model in self.following['models']:
            before = self.old_model(model)
            if before:
                kept = [self.old_field(model, field) for field in model['fields']]
                for field in before['fields']:
                    if field not in kept and not field_named(model, field['name']):
                        yield {'type': 'DeleteField', 'model': before['name'], 'name': field['name']}

    def delete_models(self):
        return [{'type': 'DeleteModel', 'name': item['name']} for item in self.gone('models', self.old_model)]

    def delete_enums(self):
        return [{'type': 'DeleteEnum', 'name': item['name']} for item in self.gone('enums', self.old_enum)]

    # Creations

    def create_enums(self):
        return [{'type': 'CreateEnum', 'name': item['name'], 'values': item['values']}
                for item in self.following['enums'] if not self.old_enum(item)]

    def create_models(self):
        return [{'type': 'CreateModel', 'name': item['name']}
                for item in self.following['models'] if not self.old_model(item)]

    def create_fields(self):
        for model in self.following['models']:
            before = self.old_model(model)
            for field in model['fields']:
                if not before or not self.old_field(model, field):
                    yield {'type': 'CreateField', 'model': before['name'] if before else model['name'],
                           'newModel': model['name'], 'name': field['name'], 'relatedModel': field['relatedModel'],
                           **{key: field[key] for key in _COMPARED}}

    def create_relations(self):
        for item in self.following['relations']:
            if not self.kept_relation(item):
                yield {'type': 'CreateRelation', 'name': item['name'], 'leftModel': item['modelA'],
                       'rightModel': item['modelB'], **({'after': manifestation(self.following, item)} if self.late else {})}

    # Updates

    def update_enums(self):
        for item in self.following['enums']:
            before = self.old_enum(item)
            if before and before != item:
                yield {'type': 'UpdateEnum', 'name': before['name'],
                       'newName': item['name'] if item['name'] != before['name'] else None,
                       'values': item['values'] if item['values'] != before['values'] else None}

    def update_fields(self):
        for model in self.following['models']:
            model_before = self.old_model(model)
            for field in model['fields'] if model_before else ():
                before = self.old_field(model, field)
                known = before and self.with_new_names(before, field)
                if before and any(known[key] != field[key] for key in (*self.compared, 'name', 'relatedModel')):
                    changed = {key: field[key] if field[key] != known[key] else None for key in self.compared}
                    yield {'type': 'UpdateField', 'model': model_before['name'], 'newModel': model['name'],
                           'name': before['name'], 'relatedModel': field['relatedModel'],
                           'changedType': field['typeName'],
                           'newName': field['name'] if field['name'] != before['name'] else None, **changed,
                           **({'relation': f'_{changed["relation"]}'} if changed.get('relation') else {})}

    def with_new_names(self, before, field):
        """Models that were only renamed do not make the fields different that lead to them; in late versions, neither do
        enums."""
        known = dict(before)
        if is_relation(before) and is_relation(field):
            if self.old_model_name(field['relatedModel']) == before['relatedModel']:
                known['relatedModel'] = field['relatedModel']
        if self.late and before['enum'] and field['enum']:
            enum = self.old_enum(enum_named(self.following, field['enum']))
            if enum and enum['name'] == before['enum']:
                known['enum'] = field['enum']
        return known

    def update_models(self):
        pairs = [(self.old_model(item), item) for item in self.following['models']]
        renamed = [(before['name'], item['name']) for before, item in pairs if before and before['name'] != item['name']]
        if self.in_two_steps:
            renamed = [(old, f'__{new}') for old, new in renamed] + [(f'__{new}', new) for old, new in renamed]
        if self.late:
            renamed = [(before['name'], item['name']) for before, item in pairs if before and self.has_changed(before, item)]
        return [{'type': 'UpdateModel', 'name': old, 'newName': new} for old, new in renamed]

    def has_changed(self, before, model):
        """Whether anything in a model has, the values of its enums included."""
        def inside(schema, item):
            enums = [enum_named(schema, field['enum']) for field in item['fields'] if field['enum']]
            ends = [one['name'] for one in schema['relations'] if item['name'] in (one['modelA'], one['modelB'])]
            return item['name'], sorted(item['fields'], key=lambda field: field['name']), enums, sorted(ends)

        return inside(self.previous, before) != inside(self.following, model)

    def update_relations(self):
        for item in self.following['relations']:
            before = self.named_relation(item) if self.late else self.old_relation(item)
            if not before:
                continue
            renamed = item['name'] if item['name'] != before['name'] else None
            if self.late:
                places = manifestation(self.previous, before), manifestation(self.following, item)
                if renamed or places[0]['type'] != places[1]['type']:
                    yield {'type': 'UpdateRelation', 'name': before['name'], 'newName': renamed,
                           'before': places[0], 'after': places[1]}
                continue
            models = [item[key] if self.old_model_name(item[key]) != before[key] else None
                      for key in ('modelA', 'modelB')]
            if renamed or any(models):
                yield {'type': 'UpdateRelation', 'name': before['name'], 'newName': renamed,
                       'modelAId': models[0], 'modelBId': models[1]}
