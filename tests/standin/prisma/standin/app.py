"""The server's parts, put together."""

import json
import threading

from . import request_id, traces
from .auth import ManagementAuth
from .body import BadBody, read
from .database import DatabaseProblem
from .deploy.flow import Deployer
from .deploy.worker import Worker
from .errors import ApiError
from .graphql import execute, language
from .manners import Manners, WarmUp
from .management import schema as management
from .service.api import ServiceApi
from .store import Store


class App:
    def __init__(self, version, config, environment, database, log):
        self.version, self.config, self.environment, self.database = version, config, environment, database
        self.log = log
        self.store = Store(database, notes_first=version.is_late)
        self.auth = ManagementAuth(config, log)
        self.manners = Manners(environment)
        self.warm_up = WarmUp(self.manners.first_answer)
        # Set at the first management request, or at the start where the lock does not wait for that.
        self.managed = threading.Event()
        if not version.locks_when_managed:
            self.managed.set()
        # Set once this process holds the lock that two servers on one database compete for.
        self.exclusive = threading.Event()
        self.services = ServiceApi(self)
        self.worker = Worker(self)
        self.deployer = Deployer(self)
        self.management_schema = management.build(version)

    def datamodel_of(self, project):
        last = self.store.last_success(project.id)
        return last.datamodel if last else ''

    def request_id(self, api):
        return request_id.new(self.version, api, self.environment)

    def describe(self, api, request):
        """A request id, and what an exception becomes in the answer to that request."""
        id_ = self.request_id(api)

        def describe(problem):
            self._log_problem(id_, request, problem)
            if isinstance(problem, ApiError):
                return {'message': str(problem), 'code': problem.code, 'requestId': id_}
            return {'message': 'Whoops. Looks like an internal server error. Search your '
                               f'{self.version.log_owner} logs for request ID: {id_}', 'requestId': id_}

        return id_, describe

    def _log_problem(self, id_, request, problem):
        """With query and variables, and whatever secrets are in them, as the real server does it."""
        if isinstance(problem, DatabaseProblem):
            trace = traces.without_connection(self.version, self.config.connector, str(problem))
        else:
            trace = f'{type(problem).__name__}: {problem}'
        asked = request if isinstance(request, dict) else {}
        payload = {'exception': trace.split('\n', maxsplit=1)[0], 'query': asked.get('query'),
                   'variables': json.dumps(asked.get('variables') or {}), 'code': getattr(problem, 'code', 0),
                   'stack_trace': trace, 'message': str(problem)}
        key = 'error/handled' if isinstance(problem, ApiError) else 'error/unhandled'
        self.log(json.dumps({'key': key, 'requestId': id_, 'payload': payload}, separators=(',', ':')))
        if isinstance(problem, DatabaseProblem):
            self.log(trace)

    def shown_crash(self, text, id_):
        """The errors of an answer to a request that cannot be read; 1.8 has them in a form of its own."""
        if self.version.since(1, 8) and not self.version.is_late:
            return [{'requestId': id_}, ['message', text]]
        return [{'message': text, 'requestId': id_}]

    def manage(self, request, authorization, describe):
        """One management request (a decoded body): status and answer."""
        self.managed.set()
        try:
            query, variables, operation = read(request, self.version)
            document = language.parse(query)
        except BadBody as problem:
            return 500, {'errors': self.shown_crash(str(problem), describe(problem)['requestId'])}
        except language.SyntaxProblem as problem:
            if self.version.is_late:
                return 500, {'errors': [{'message': str(problem), 'requestId': describe(problem)['requestId']}]}
            return 400, {'error': str(problem)}
        answer = execute.run(self.management_schema, document, variables, operation, None,
                             management.Request(self, authorization), describe)
        return 200, answer
