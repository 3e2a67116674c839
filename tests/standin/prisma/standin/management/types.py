"""The types of the management API, which differ by version."""

from datetime import datetime

from ..graphql.types import (
    BOOLEAN, INT, STRING, Field, Input, InputObject, Interface, List, NonNull, Object, Scalar,
)
from ..times import parse_time


def _time(value):
    """Milliseconds and `Z`."""
    return value.strftime('%Y-%m-%dT%H:%M:%S.') + f'{value.microsecond // 1000:03d}Z'


DATE_TIME = Scalar('DateTime', serialize=lambda value: _time(value) if isinstance(value, datetime) else value)
TEXT, WHOLE, TRUTH = NonNull(STRING), NonNull(INT), NonNull(BOOLEAN)
TEXTS = NonNull(List(TEXT))


def _fields(**types):
    return {name: Field(type_) for name, type_ in types.items()}


def _type_name(step, late):
    name = step['typeName']
    if not late or name is None:
        return name
    return {'GraphQLID': 'ID', 'Uuid': 'UUID', 'Relation': step.get('relatedModel')}.get(name, name)


def _default(step, version):
    """`IntGCValue(7)`; late versions print the option around it."""
    late = version.is_late
    value, type_name = step.get('default'), step.get('changedType') or step['typeName']
    if value is None:
        return 'None' if late and step['type'] == 'CreateField' else None
    kind = {'GraphQLID': version.id_value}.get(type_name, type_name)
    if type_name == 'DateTime':
        value = _time(parse_time(value))
    shown = f'{kind}GCValue({value})'
    return f'Some({shown})' if late else shown


class Types:
    """All types, for one version; created for each schema because they know their implementations."""

    def __init__(self, version):
        self.version = version
        self.step = Interface('MigrationStep', _fields(type=TEXT), lambda step: step['type'])
        self.manifestation = Interface('RelationManifestation', _fields(type=TEXT), lambda one: one['type'])
        self.steps = self._steps()
        if version.is_late:
            self.steps += [Object(name, _fields(**shape, type=TEXT), [self.manifestation]) for name, shape in (
                ('Inline', {'model': TEXT, 'column': TEXT}),
                ('LinkTable', {'table': TEXT, 'modelAColumn': TEXT, 'modelBColumn': TEXT, 'idColumn': STRING}))]
        self.migration = self._migration()
        self.project = self._project()
        self.info = self._info()
        self.error = Object('SchemaError', _fields(type=TEXT, field=STRING, description=TEXT))
        self.warning = Object('SchemaWarning', _fields(type=TEXT, field=STRING, description=TEXT))
        self.header_input = InputObject('HeaderInput', {'name': Input(TEXT), 'value': Input(TEXT)})
        self.function_input = InputObject('FunctionInput', {
            'name': Input(TEXT), 'query': Input(TEXT), 'url': Input(TEXT),
            'headers': Input(NonNull(List(NonNull(self.header_input))))})

    def _info(self):
        name = 'ServerInfo' if self.version.has_server_info else 'ClusterInfo'
        fields = _fields(version=TEXT, commit=TEXT)
        if self.version.is_late:
            fields.update(_fields(primaryConnector=TEXT))
        return Object(name, fields)

    def _project(self):
        fields = _fields(name=TEXT, stage=TEXT)
        if self.version.has_metric_key:
            fields = {'metricKey': Field(TEXT, resolve=lambda project, _a, _c: f'{project.name}-{project.stage}'), **fields}
        if self.version.is_late:
            fields['datamodel'] = Field(TEXT, resolve=lambda project, _a, request: request.app.datamodel_of(project))
        return Object('Project', fields)

    def _migration(self):
        late, steps = self.version.is_late, _fields(steps=NonNull(List(NonNull(self.step))))
        return Object('Migration', {
            **_fields(projectId=TEXT, revision=WHOLE, status=TEXT, applied=WHOLE, rolledBack=WHOLE),
            **({} if late else steps), **_fields(errors=TEXTS, startedAt=DATE_TIME, finishedAt=DATE_TIME),
            **({**_fields(datamodel=TEXT), **steps} if late else {})})

    def _steps(self):
        field = {'isRequired': TRUTH, 'isList': TRUTH, 'unique': TRUTH}
        names = ('enum', 'default', 'relation') if self.version.is_late else ('relation', 'default', 'enum')
        optional = dict.fromkeys(names, STRING)
        renamed = {'name': TEXT, 'newName': TEXT, **({'isEmbedded': BOOLEAN} if self.version.is_late else {})}
        relation = {'name': TEXT, 'leftModel': TEXT, 'rightModel': TEXT}
        update_relation = {'name': TEXT, 'newName': STRING, 'modelAId': STRING, 'modelBId': STRING}
        if self.version.is_late:
            kept = NonNull(self.manifestation)
            relation['after'] = kept
            update_relation = {'name': TEXT, 'newName': STRING, 'before': kept, 'after': kept}
        shapes = {
            'CreateModel': {'name': TEXT}, 'DeleteModel': {'name': TEXT}, 'UpdateModel': renamed,
            'CreateEnum': {'name': TEXT, 'values': TEXTS}, 'DeleteEnum': {'name': TEXT},
            'UpdateEnum': {'name': TEXT, 'newName': STRING, 'values': List(TEXT)},
            'CreateField': {'model': TEXT, 'name': TEXT, 'typeName': TEXT, **field, **optional},
            'DeleteField': {'model': TEXT, 'name': TEXT},
            'UpdateField': {'model': TEXT, 'name': TEXT, 'newName': STRING, 'typeName': STRING,
                            'isRequired': BOOLEAN, 'isList': BOOLEAN, 'unique': BOOLEAN, **optional},
            'CreateRelation': relation, 'UpdateRelation': update_relation, 'DeleteRelation': {'name': TEXT},
        }
        if self.version.has_secrets_step:
            shapes['UpdateSecrets'] = {'message': TEXT}
        return [Object(name, self._shown(_fields(**shape, type=TEXT)), [self.step]) for name, shape in shapes.items()]

    def _shown(self, fields):
        """Types and defaults in the words of the version."""
        late = self.version.is_late
        if 'typeName' in fields:
            fields['typeName'].resolve = lambda step, _given, _request: _type_name(step, late)
            fields['default'].resolve = lambda step, _given, _request: _default(step, self.version)
        return fields
