"""What the server itself keeps in the database: services with their secrets, and their migrations.

Tables and columns are named as in the real server's management schema, but are not byte for byte the same.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone

OPEN = ('PENDING', 'IN_PROGRESS', 'ROLLING_BACK')


@dataclass
class Project:
    id: str
    name: str
    stage: str
    secrets: list


@dataclass
class Migration:
    projectId: str
    revision: int = 0
    status: str = 'PENDING'
    applied: int = 0
    rolledBack: int = 0
    steps: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    startedAt: datetime = None
    finishedAt: datetime = None
    # The state after the migration.
    schema: dict = field(default_factory=lambda: {'models': [], 'enums': [], 'relations': []})
    functions: list = field(default_factory=list)
    datamodel: str = ''
    secrets: list = None


def now():
    return datetime.now(timezone.utc).replace(tzinfo=None)


class Store:
    def __init__(self, database, notes_first=False):
        """`notes_first`: a service is noted down before it gets its database, and stays so when it gets none."""
        self.database, self.notes_first = database, notes_first
        schema = database.config.management_schema
        self.projects = database.table(schema, 'Project')
        self.migrations = database.table(schema, 'Migration')
        self.cloud_secret = database.table(schema, 'CloudSecret')

    def set_up(self):
        text, time = self.database.text_type, self.database.time_type
        column = self.database.quote
        with self.database.session() as session:
            self.database.create_schema(session, self.database.config.management_schema)
            session.run(f'CREATE TABLE IF NOT EXISTS {self.projects} ({column("id")} varchar(200) NOT NULL PRIMARY KEY,'
                        f' {column("name")} {text}, {column("stage")} {text}, {column("secrets")} {text})')
            session.run(
                f'CREATE TABLE IF NOT EXISTS {self.migrations} ('
                f'{column("projectId")} varchar(200) NOT NULL, {column("revision")} int NOT NULL,'
                f' {column("schema")} {text}, {column("functions")} {text}, {column("status")} varchar(30),'
                f' {column("applied")} int NOT NULL, {column("rolledBack")} int NOT NULL, {column("steps")} {text},'
                f' {column("errors")} {text}, {column("startedAt")} {time} NULL, {column("finishedAt")} {time} NULL,'
                f' {column("datamodel")} {text}, {column("secrets")} {text},'
                f' PRIMARY KEY ({column("projectId")}, {column("revision")}))')
            session.run(f'CREATE TABLE IF NOT EXISTS {self.cloud_secret} ({column("secret")} varchar(255))')

    def project_id(self, name, stage):
        return f'{name}{self.database.separator}{stage}'

    # Services

    def project(self, name, stage):
        with self.database.session() as session:
            row = session.row(f'SELECT * FROM {self.projects} WHERE {self.database.quote("id")} = %s',
                              [self.project_id(name, stage)])
        return row and _project(row)

    def all_projects(self):
        with self.database.session() as session:
            return [_project(row) for row in session.rows(f'SELECT * FROM {self.projects} ORDER BY 1')]

    def add_project(self, name, stage, secrets):
        """The service with its empty first migration, and its own database."""
        project = Project(self.project_id(name, stage), name, stage, secrets)
        columns = ', '.join(map(self.database.quote, ('id', 'name', 'stage', 'secrets')))
        with self.database.session() as session:
            if not self.notes_first:
                self.database.create_schema(session, project.id)
            session.run(f'INSERT INTO {self.projects} ({columns}) VALUES (%s, %s, %s, %s)',
                        [project.id, name, stage, json.dumps(secrets)])
        self.add_migration(Migration(project.id, status='SUCCESS'))
        if self.notes_first:
            with self.database.session() as session:
                self.database.create_schema(session, project.id)
        return project

    def set_secrets(self, project_id, secrets):
        column = self.database.quote
        with self.database.session() as session:
            session.run(f'UPDATE {self.projects} SET {column("secrets")} = %s WHERE {column("id")} = %s',
                        [json.dumps(secrets), project_id])

    def delete_project(self, project_id):
        column = self.database.quote
        with self.database.session() as session:
            session.run(f'DELETE FROM {self.migrations} WHERE {column("projectId")} = %s', [project_id])
            session.run(f'DELETE FROM {self.projects} WHERE {column("id")} = %s', [project_id])
            self.database.drop_schema(session, project_id)

    # Migrations

    def add_migration(self, migration):
        """Stores it under the service's next revision."""
        with self.database.session() as session:
            last = session.value(
                f'SELECT MAX({self.database.quote("revision")}) FROM {self.migrations}'
                f' WHERE {self.database.quote("projectId")} = %s', [migration.projectId])
            migration.revision = (last or 0) + 1
            values = _columns(migration)
            session.run(
                f'INSERT INTO {self.migrations} ({", ".join(map(self.database.quote, values))})'
                f' VALUES ({", ".join(["%s"] * len(values))})', values.values())
        return migration

    def save_progress(self, migration):
        names = ('status', 'applied', 'rolledBack', 'errors', 'startedAt', 'finishedAt')
        values = {name: value for name, value in _columns(migration).items() if name in names}
        assignments = ', '.join(f'{self.database.quote(name)} = %s' for name in values)
        column = self.database.quote
        with self.database.session() as session:
            session.run(f'UPDATE {self.migrations} SET {assignments} WHERE {column("projectId")} = %s'
                        f' AND {column("revision")} = %s', [*values.values(), migration.projectId, migration.revision])

    def list_migrations(self, project_id=None, statuses=None, newest_first=True):
        column = self.database.quote
        conditions, parameters = ['1 = 1'], []
        if project_id is not None:
            conditions.append(f'{column("projectId")} = %s')
            parameters.append(project_id)
        if statuses:
            conditions.append(f'{column("status")} IN ({", ".join(["%s"] * len(statuses))})')
            parameters += statuses
        with self.database.session() as session:
            rows = session.rows(f'SELECT * FROM {self.migrations} WHERE {" AND ".join(conditions)}'
                                f' ORDER BY {column("revision")} {"DESC" if newest_first else "ASC"}', parameters)
        return [_migration(row) for row in rows]

    def open_migration(self, project_id):
        """The oldest one that is not finished."""
        found = self.list_migrations(project_id, OPEN, newest_first=False)
        return found[0] if found else None

    def last_success(self, project_id):
        found = self.list_migrations(project_id, ('SUCCESS',))
        return found[0] if found else None

    def set_cloud_secret(self, secret):
        with self.database.session() as session:
            session.run(f'DELETE FROM {self.cloud_secret}')
            if secret is not None:
                session.run(f'INSERT INTO {self.cloud_secret} VALUES (%s)', [secret])


def _project(row):
    return Project(row['id'], row['name'], row['stage'], json.loads(row['secrets']))


_JSON = ('steps', 'errors', 'schema', 'functions', 'secrets')


def _columns(migration):
    return {name: json.dumps(value) if name in _JSON else value for name, value in vars(migration).items()}


def _migration(row):
    return Migration(**{name: json.loads(value) if name in _JSON else value for name, value in row.items()})
