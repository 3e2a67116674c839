"""Answers requests to a service: its GraphQL API, and private, import, export."""

import contextlib
import threading

from .. import auth
from ..graphql import execute, language
from . import private, schema, transfer
from .rows import Rows


class ServiceApi:
    def __init__(self, app):
        self.app = app
        # Generated schemas by service, with the internal schema they come from.
        self._known = {}
        # Secrets as they are in force; before 1.4.0 those of the last migration or start.
        self._secrets = {}
        self._lock = threading.Lock()
        self._private = private.build()

    def allow(self, project, authorization):
        secrets = project.secrets
        if not self.app.version.has_secrets_step:
            with self._lock:
                secrets = self._secrets.setdefault(project.id, secrets)
        auth.check_service(self.app.version, secrets, authorization)

    @contextlib.contextmanager
    def changing(self, project_id):
        """While a service changes nobody reads it; whoever sees the change also gets the new schema."""
        with self._lock:
            yield
            self._known.pop(project_id, None)
            self._secrets.pop(project_id, None)

    def forget(self, project_id):
        with self.changing(project_id):
            pass

    def _schemas(self, project):
        """The generated schema and the internal one, of the last migration that succeeded."""
        with self._lock:
            if project.id not in self._known:
                internal = self.app.store.last_success(project.id).schema
                self._known[project.id] = schema.build(internal), internal
            return self._known[project.id]

    def run(self, project, action, request, describe):
        """The answer, as plain data; failures that concern the whole request are raised."""
        if action == '_datamodel':
            return {'datamodel': self.app.datamodel_of(project)}
        generated, internal = self._schemas(project)
        with self.app.database.session() as session:
            rows = Rows(session, project.id, internal)
            if action == 'export':
                return transfer.export(rows, request, self.app.version)
            if action == 'import':
                return transfer.import_(rows, request, self.app.version)
            return self._graphql(self._private if action == 'private' else generated, request, rows, describe)

    @staticmethod
    def _graphql(used, request, rows, describe):
        query = request.get('query') if isinstance(request, dict) else None
        if not isinstance(query, str):
            return {'errors': [describe(ValueError('the body has no query'))]}
        try:
            document = language.parse(query)
        except language.SyntaxProblem as problem:
            return {'data': None, 'errors': [{'message': str(problem)}]}
        return execute.run(used, document, request.get('variables') or {}, request.get('operationName'), None, rows,
                           describe)
