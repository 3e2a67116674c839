"""The HTTP surface: which paths there are in which version, and how their answers look from outside.

Not imitated: the messages of subscriptions, throttling, batches running at the same time.
"""

import json
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from . import malformed, sockets
from .body import BadBody, json_text
from .errors import ApiError, Crash, service_not_found

_PLAYGROUND = '''<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>GraphQL Playground</title></head>
<body><h1>GraphQL Playground</h1>
<p>This is a stand-in for a Prisma server, for tests; the playground is not part of it. POST queries to this address.</p>
</body></html>
'''
_MIB = 1024 * 1024
_JSON = 'application/json'
_TEXT = 'text/plain; charset=UTF-8'
_PREFLIGHT = 'GET, POST, HEAD, OPTIONS'


class Refusal(Exception):
    """An answer in plain text."""

    def __init__(self, status, text, headers=()):
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app):
        self.app = app
        super().__init__(('0.0.0.0', app.config.listen_port), Handler)

    def handle_error(self, request, client_address):
        """A client that went away is not worth a stack trace."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # Headers of CORS come only with an answer to a browser.

    @property
    def app(self):
        return self.server.app

    def version_string(self):
        return 'akka-http/10.1.0' if self.app.version.since(1, 8) else 'akka-http/10.0.10'

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        """The real server does not log requests either."""

    # Verbs

    def do_GET(self):
        self._answer(self._get)

    def do_HEAD(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def do_OPTIONS(self):
        if not self.headers.get('Access-Control-Request-Method'):
            self._other()
            return
        wanted = self.headers['Access-Control-Request-Method']
        if wanted not in _PREFLIGHT.split(', '):
            self._send(400, f"CORS: invalid method '{wanted}'", _TEXT, cors=False)
            return
        self._send(200, '', None, {
            'Access-Control-Allow-Methods': _PREFLIGHT,
            'Access-Control-Allow-Headers': self.headers.get('Access-Control-Request-Headers', '*'),
            'Access-Control-Max-Age': '1800'})

    def _other(self):
        self._answer(self._refuse_verb)

    def _refuse_verb(self):
        version = self.app.version
        if not version.default_service_parts and len(self.segments) < 2 and not self._is_management(self.segments):
            self._refuse_method('GET')
        turned = version.is_late or self._is_management(self.segments)
        self._refuse_method('POST, GET' if turned else 'GET, POST')

    do_PUT = do_DELETE = do_PATCH = _other

    def _answer(self, respond):
        try:
            self.body = self._read_body()
            self.app.warm_up.wait(self.connection)
            respond()
        except Refusal as refusal:
            self._send(refusal.status, refusal.text, _TEXT, dict(refusal.headers), cors=refusal.status != 400)
        except ConnectionError:
            self.close_connection = True

    def _read_body(self):
        length = self.headers.get('Content-Length')
        if length is None and 'chunked' in self.headers.get('Transfer-Encoding', ''):
            return self._read_chunks()
        length = int(length) if length and length.isdigit() else 0
        limit = (50 if self.app.version.since(1, 8) else 8) * _MIB
        if length > limit:
            self.close_connection = True
            raise Refusal(400, 'The request content was malformed:\nEntityStreamSizeException: actual entity size '
                               f'(Some({length})) exceeded content length limit ({limit} bytes)! You can configure this by '
                               'setting `akka.http.[server|client].parsing.max-content-length` or calling '
                               '`HttpEntity.withSizeLimit` before materializing the dataBytes stream.')
        return self.rfile.read(length)

    def _read_chunks(self):
        body = b''
        while True:
            size = int(self.rfile.readline().split(b';')[0] or b'0', 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def _send(self, status, body, content_type, headers=(), cors=True):  # pylint: disable=too-many-arguments
        data = body.encode()
        self.send_response(status)
        if content_type:
            self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(data)))
        if cors and self.headers.get('Origin'):
            self.send_header('Access-Control-Allow-Origin', self.headers['Origin'])
            self.send_header('Access-Control-Allow-Credentials', 'true')
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(data)

    def _send_json(self, status, answer, request_id=None):
        self._send(status, json.dumps(answer), _JSON, {'Request-Id': request_id} if request_id else {})

    # Routes

    @property
    def segments(self):
        path = self.path.split('?')[0]
        if path.startswith('//') and not self.app.version.is_late:
            return []
        read = unquote if not self.app.version.is_late else str
        return [read(part) for part in path.split('/') if part]

    def _is_management(self, segments):
        if not segments or segments[0] not in self.app.version.management_paths:
            return False
        return len(segments) == 1 or not self.app.version.management_path_is_exact

    def _get(self):
        version, segments = self.app.version, self.segments
        if sockets.protocol(self.headers) and self._service_of(segments) and (
                version.is_late or not self._is_management(segments)):
            return self._subscribe()
        if segments == ['status'] and version.has_status_route:
            self._send_json(200, 'OK', self.app.request_id('management')) if version.is_late else self._send(
                200, 'OK', 'text/plain; charset=UTF-8')
        elif self._is_management(segments) and len(segments) == 3 and segments[1] == 'schema' and not version.is_late:
            self._internal_schema(segments[2])
        elif self._has_page(segments):
            if not self._accepts('text/html'):
                raise Refusal(406, 'Resource representation is only available with these types:\ntext/html; charset=UTF-8')
            id_ = {'Request-Id': self.app.request_id('api')} if version.is_late else {}
            self._send(200, _PLAYGROUND, 'text/html; charset=UTF-8', id_)
        else:
            raise Refusal(404, 'The requested resource could not be found.')

    def _has_page(self, segments):
        is_exact = not self.path.split('?')[0].endswith('/')
        return self.app.version.default_service_parts or len(segments) >= 2 or self._is_management(segments) and is_exact

    def _subscribe(self):
        self.close_connection = True
        self.send_response(101)
        id_ = {'Request-Id': self.app.request_id('api')} if self.app.version.is_late else {}
        for name, value in {**sockets.acceptance(self.headers), **id_}.items():
            self.send_header(name, value)
        self.end_headers()
        sockets.drain(self.rfile)

    def _internal_schema(self, project_id):
        secret = self.app.config.internal_secret
        # In 1.7 and later the comparison is with a wrongly built text, so that no secret is ever right.
        allowed = not secret or (not self.app.version.since(1, 7)
                                 and self.headers.get('Authorization') == f'Bearer {secret}')
        if not allowed:
            raise Refusal(401, 'Unauthorized')
        for project in self.app.store.all_projects():
            if project.id == project_id:
                last = self.app.store.last_success(project_id)
                return self._send_json(200, {'id': project_id, 'revision': last.revision, 'schema': last.schema})
        raise Refusal(404, 'The requested resource could not be found.')

    def _accepts(self, kind):
        """Whether the client takes an answer of that kind."""
        accepted = [part.split(';')[0].strip() for part in self.headers.get('Accept', '*/*').split(',')]
        return bool({kind, f'{kind.split("/")[0]}/*', '*/*'} & set(accepted))

    def _post(self):
        segments, version = self.segments, self.app.version
        is_management = self._is_management(segments)
        if not self._accepts(_JSON):
            # 1.8 looks for a service of that name then.
            if not is_management or not version.since(1, 6) or version.is_late:
                raise Refusal(406, f'Resource representation is only available with these types:\n{_JSON}')
            is_management = False
        if is_management:
            return self._manage()
        service = self._service_of(segments)
        if service is None:
            if version.is_late:
                id_ = self.app.request_id('api')
                errors = [{'message': 'Unsupported project ID encoding. ', 'requestId': id_}]
                return self._send_json(500, {'errors': errors}, id_)
            if len(segments) < 2:
                self._refuse_method('GET')
            raise Refusal(500, 'There was an internal server error.')
        return self._serve(*service)

    def _refuse_method(self, supported):
        raise Refusal(405, f'HTTP method not allowed, supported methods: {supported}', {'Allow': supported}.items())

    def _service_of(self, segments):
        """Name, stage and action of a service path; None where the version has no such path."""
        actions = ['private', 'import', 'export'] + (['_datamodel'] if self.app.version.is_late else [])
        action = None
        if segments and segments[-1] in actions:
            *segments, action = segments
        if not self.app.version.default_service_parts and len(segments) < 2 or len(segments) > 3:
            return None
        workspace = f'{segments[0]}~' if len(segments) == 3 else ''
        name, stage = (segments[-2:] + ['default', 'default'][len(segments[-2:]):])[:2]
        return workspace + name, stage, action

    def _json_body(self):
        kind = self.headers.get('Content-Type', '').split(';')[0].strip()
        if (kind if self.app.version.since(1, 8) else kind.lower()) != _JSON:
            raise Refusal(415, f"The request's Content-Type is not supported. Expected:\n{_JSON}")
        if not self.body and self.app.version.since(1, 8):
            raise Refusal(400, 'Request entity expected but not supplied')
        try:
            return malformed.decode(self.body.decode(), self.app.version)
        except UnicodeDecodeError:
            raise Refusal(400, 'The request content was malformed:\nnot UTF-8') from None
        except malformed.NoJson as problem:
            raise Refusal(400, f'The request content was malformed:\n{problem}') from None

    def _with_variables(self, request):
        if isinstance(request, dict) and isinstance(request.get('variables'), str):
            request['variables'] = json_text(request['variables'], self.app.version)
        return request

    def _manage(self):
        body = self._json_body()
        request_id, describe = self.app.describe('management', body)
        authorization = self.headers.get('Authorization')
        if isinstance(body, list) and self.app.version.batches_management:
            answers = [self.app.manage(one, authorization, describe)[1] for one in body]
            self._send_json(200, answers, request_id)
            return
        status, answer = self.app.manage(body, authorization, describe)
        self._send_json(status, answer, request_id if status != 500 or self.app.version.is_late else None)

    def _serve(self, name, stage, action):
        body = self._json_body()
        request_id, describe = self.app.describe('api', body)
        status = 200
        try:
            project = self.app.store.project(name, stage)
            if project is None:
                raise service_not_found(self.app.store.project_id(name, stage))
            self.app.services.allow(project, self.headers.get('Authorization'))
            if isinstance(body, list) and action is None:
                answer = [self.app.services.run(project, action, self._with_variables(one), describe) for one in body]
            else:
                answer = self.app.services.run(project, action, self._with_variables(body), describe)
        except ApiError as problem:
            describe(problem)
            answer = self._service_error(problem, request_id)
            request_id = request_id if self.app.version.is_late else None
        except (Crash, BadBody) as problem:
            status, answer = 500, {'errors': [{**describe(problem), 'message': str(problem)}]}
            request_id = request_id if self.app.version.is_late else None
        except Exception as problem:  # pylint: disable=broad-except
            answer = {'errors': [describe(problem)]}
        self._send_json(status, answer, request_id)

    def _service_error(self, problem, request_id):
        if self.app.version.plain_error_body:
            return {'code': problem.code, 'requestId': request_id, 'error': str(problem)}
        return {'errors': [{'message': str(problem), 'code': problem.code, 'requestId': request_id}]}


