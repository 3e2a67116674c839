"""Tests of the stand-in's pure parts: no database, no network, no Docker.

    python3 -m unittest discover -s tests/standin/prisma

Only the tests of the configuration need a package beyond the standard library (PyYAML); they are skipped without it.
"""

import json
import socket
import sys
import time
import unittest
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from standin import auth, jwt, manners, request_id, traces
from standin.deploy import datamodel, rules, steps
from standin.errors import ApiError
from standin.graphql import execute, language, validate
from standin.management import names, schema as management
from standin.management.types import DATE_TIME
from standin.service import schema as service
from standin.service.rows import parse_time
from standin.version import Version

try:
    from standin import config
except ImportError:
    config = None

V1_1, V1_8, V1_34 = Version('1.1.3'), Version('1.8.4'), Version('1.34.12')

# A 2048-bit key made for these tests, and a token it signed: {"grants": [*/*], "exp": 4102444800}.
PUBLIC_KEY = '''-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlF83USm4xgikvvPKjAaC
o5uySu8gfYu8G2RVOVH3N/KBErOAORL7GJboQpU6pfDv/IwC+FYdEtmOxFuqf/5w
pMKzhfphVpV6TBDaJBggaeXckLX3XxgjC3+y4AWx2t91zuTToZmH3Yi4ea8fiMff
+ZA/1o9ETEgA8qOo2GOWvI8ec/W/I3HzNm98psu8WyQ5C2dbsWMjhAbHjn6VLSbA
B+IbVzPZM/hEkM84hgJLVvS2uOz06YOoBcsU5HI/qVmOjEYc8wDr3eFoTBohWLsK
LM8sQUJuGGmEE8Ssexnjm0mWomdMWlx/S+DJUh2/9jhcaoouS+nh1k7LtQ477lao
5QIDAQAB
-----END PUBLIC KEY-----'''
RS256_TOKEN = (
    'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJncmFudHMiOiBbeyJ0YXJnZXQiOiAiKi8qIiwgImFjdGlvbiI6ICIqIn1dLCA'
    'iZXhwIjogNDEwMjQ0NDgwMH0.X6zkeov3KkkRDXh7d9HjJn6fJrHPOKrlRTU0fSI6Cm6SPDXhAbUnvucXwRRxPFRE9lT98QEfEQx'
    'hvmFGh-eV1UVC_fFSbTGgJvTNKkjH_K4YhwllNXYS4iwIRJYhGnsgkrmrCwtSLQ7O1pcKvtTIRZRsoivwe9xCcy_l1ZmMGg7vkx7'
    '0_lILRWOanjTqFKQmPAEOTkJUYUyhBIQkoonWwo2uQHhlemJT6vbu9VBgARoktru8HcFZGaHz_Gdo6Obn7ylhlqD0YtExN5WKaFj'
    '7lrBs37OH65tyHrg_2ALJzDW9IuglUjkaA1DdJXijpga_D7EzxkB38iYfnSaM7JDSaw'
)


class VersionTest(unittest.TestCase):
    def test_reads_every_shape_of_version(self):
        for text, numbers in (('1.8.4', (1, 8, 4)), ('1.8', (1, 8, 0)), ('1.9-beta-3', (1, 9, 3)), ('1.34.12', (1, 34, 12))):
            self.assertEqual(Version(text).numbers, numbers)

    def test_compares_numbers_not_text(self):
        self.assertTrue(Version('1.10').since(1, 8))
        self.assertFalse(Version('1.4.0').has_force)
        self.assertTrue(Version('1.4.1').has_force)

    def test_management_paths(self):
        paths = [Version(text).management_paths for text in ('1.1.3', '1.7.4', '1.8.0', '1.8.4', '1.34.12')]
        self.assertEqual(paths, [('cluster',), ('cluster',), ('management',), ('management', 'cluster'), ('management',)])


@unittest.skipIf(config is None, 'PyYAML is not installed')
class ConfigTest(unittest.TestCase):
    OLD = {
        'SQL_CLIENT_HOST': 'db', 'SQL_CLIENT_PORT': '3306', 'SQL_CLIENT_USER': 'root', 'SQL_CLIENT_PASSWORD': 'x',
        'SQL_CLIENT_CONNECTION_LIMIT': '10', 'SQL_INTERNAL_HOST': 'db', 'SQL_INTERNAL_PORT': '3306',
        'SQL_INTERNAL_USER': 'root', 'SQL_INTERNAL_PASSWORD': 'x', 'SQL_INTERNAL_DATABASE': 'graphcool',
        'CLUSTER_ADDRESS': 'http://prisma', 'SCHEMA_MANAGER_SECRET': 's', 'BUGSNAG_API_KEY': '',
    }
    NEW = 'databases:\n  default:\n    connector: mysql\n    host: db\n    port: 3306\n    user: root\n    password: {}\n'

    def problem(self, version, environment):
        with self.assertRaises(config.ConfigProblem) as caught:
            config.load(version, environment)
        return str(caught.exception)

    def yaml(self, text, version=V1_8):
        return config.load(version, {'PRISMA_CONFIG': text})

    def test_old_environment(self):
        found = config.load(V1_1, {**self.OLD, 'CLUSTER_PUBLIC_KEY': 'key'})
        self.assertEqual((found.listen_port, found.management_schema, found.public_key, found.secret),
                         (9000, 'graphcool', 'key', None))

    def test_old_environment_names_what_is_missing(self):
        for name in config.REQUIRED:
            environment = {key: value for key, value in self.OLD.items() if key != name}
            self.assertIn(name, self.problem(V1_1, environment))

    def test_old_environment_wants_numbers_and_the_one_schema(self):
        self.assertIn('NumberFormatException', self.problem(V1_1, {**self.OLD, 'PORT': 'x'}))
        self.assertIn('graphcool', self.problem(V1_1, {**self.OLD, 'SQL_INTERNAL_DATABASE': 'other'}))

    def test_empty_text_still_wins(self):
        self.assertIn('NullPointerException', self.problem(V1_8, {**self.OLD, 'PRISMA_CONFIG': ''}))

    def test_failures_have_the_texts_that_were_seen(self):
        unable = 'Exception in thread "main" java.lang.RuntimeException: Unable to load Prisma config: '
        invalid, exception = unable + 'com.prisma.config.InvalidConfiguration: ', 'Exception in thread "main" '
        for text, seen in (
            ('', unable + 'java.lang.NullPointerException'),
            ('a: [', unable + 'while parsing a flow node'),
            ('a:\n\tb', unable + "while scanning for the next token\nfound character '\\t(TAB)' that cannot start any token"),
            ('just text', unable + 'java.lang.ClassCastException: class java.lang.String cannot be cast to class'),
            ('databases: [1]', unable + 'java.lang.ClassCastException: class java.util.ArrayList cannot be cast to class'),
            ('databases: {}', invalid + "Expected hash under 'databases' to be non-empty"),
            ('port: 1', invalid + "Expected hash under 'databases' to be non-empty"),
            (self.NEW.replace('mysql', 'oracle'), exception + 'java.lang.RuntimeException: Unknown connector oracle'),
            (self.NEW.replace('3306', 'many'), invalid + 'Expected Int for field port, got many'),
            (self.NEW.replace('port: 3306', 'x: y'), invalid + 'Expected Int for field port, got <unset>'),
            (self.NEW.replace('host: db', 'host: ""'), invalid + 'Expected host to be non-empty'),
            (self.NEW + '    active: false\n', exception + 'java.lang.RuntimeException: There is not passive mysql'),
            (self.NEW.format("'a\"b'"), exception + 'com.typesafe.config.ConfigException$Parse: '),
        ):
            self.assertTrue(self.problem(V1_8, {'PRISMA_CONFIG': text}).startswith(seen), (text, seen))
        self.assertEqual(self.problem(V1_8, {}), unable + 'java.lang.RuntimeException: No valid Prisma config could be loaded.')
        limit = invalid + 'The parameter connectionLimit must be set to at least 2.'
        self.assertEqual(self.problem(V1_34, {'PRISMA_CONFIG': self.NEW + '    connectionLimit: 1\n'}), limit)
        self.assertEqual(self.problem(V1_34, self.OLD), limit)

    def test_failures_do_not_show_the_text(self):
        self.assertNotIn('hush', self.problem(V1_8, {'PRISMA_CONFIG': 'password: "hush\n x: }'}))

    def test_yaml_rules_come_before_text(self):
        for written, read in (('0123', '83'), ('yes', 'true'), ('"yes"', 'yes'), ('1.50', '1.5'), ('', '')):
            self.assertEqual(self.yaml(self.NEW.format(written)).password, read)

    def test_defaults(self):
        found = self.yaml('port: eight\nunknown: 1\n' + self.NEW.format('x'))
        self.assertEqual((found.listen_port, found.management_schema, found.migrations), (4466, 'prisma', True))
        found = self.yaml((self.NEW + '    active: "FALSE"\n').replace('mysql', 'postgres'))
        self.assertEqual((found.management_schema, found.database, found.migrations), ('management', 'prisma', False))

    def test_secrets(self):
        text = 'managementApiSecret: a\nlegacySecret: b\n' + self.NEW
        self.assertEqual((self.yaml(text).secret, self.yaml(text).public_key), ('a', 'b'))
        self.assertIsNone(self.yaml(text, V1_34).public_key)

    def test_file_and_legacy_environment(self):
        found = config.load(V1_8, {'PRISMA_CONFIG_PATH': '/x'}, read=lambda path: self.NEW.format('p'))
        self.assertEqual(found.password, 'p')
        self.assertIn('FileNotFoundException', self.problem(V1_8, {'PRISMA_CONFIG_PATH': '/no/such/file'}))
        self.assertEqual(config.load(V1_8, self.OLD).management_schema, 'graphcool')
        self.assertIn('Unable to load', self.problem(V1_8, {**self.OLD, 'CLUSTER_PUBLIC_KEY': PUBLIC_KEY}))
        self.assertIn('Unable to load', self.problem(V1_8, {**self.OLD, 'CLUSTER_API_ENABLED': 'yes'}))


class MannersTest(unittest.TestCase):
    def test_the_first_answer_is_for_who_waits_for_it(self):
        warm_up = manners.WarmUp(0.3)
        client, server = socket.socketpair()
        client.close()
        with server, self.assertRaises(ConnectionError):
            warm_up.wait(server)
        client, server = socket.socketpair()
        started = time.monotonic()
        with client, server:
            warm_up.wait(server)
            self.assertGreaterEqual(time.monotonic() - started, 0.3)
            warm_up.wait(server)
            self.assertLess(time.monotonic() - started, 0.6)

    def test_traces_are_as_long_as_real_ones(self):
        trace = traces.without_connection(V1_8, 'mysql', "Access denied for user 'root'@'172.31.0.3'")
        lines = trace.splitlines()
        self.assertEqual((len(lines), sum(line.startswith('Caused by: ') for line in lines)), (55, 3))
        self.assertIn('Access denied', lines[48])
        self.assertNotIn('Caused by', traces.without_connection(V1_8, 'mysql', ''))
        self.assertIn('internalRoot', traces.without_connection(V1_1, 'mysql', ''))
        self.assertIn('PSQLException: FATAL', traces.without_connection(V1_34, 'postgres', 'FATAL: x').splitlines()[0])

    def test_locks(self):
        seen = [(V1_1, 'mysql', 0), (V1_8, 'mysql', 60), (V1_8, 'postgres', 300), (V1_34, 'mysql', 300)]
        for version, connector, patience in seen:
            self.assertEqual((version.lock_patience(connector), version.holds_lock(connector)), (patience, True))
        self.assertFalse(V1_34.holds_lock('postgres'))
        late = [text for text in ('1.2.8', '1.4.2', '1.6.3', '1.8.4', '1.12.3') if Version(text).locks_when_managed]
        self.assertEqual(late, ['1.4.2', '1.6.3'])


class TokenTest(unittest.TestCase):
    CLAIMS = {'grants': [{'target': '*/*', 'action': '*'}], 'exp': 4102444800}

    def reason(self, token, algorithm, key, **more):
        with self.assertRaises(jwt.TokenProblem) as caught:
            jwt.verify(token, algorithm, key, **more)
        return str(caught.exception)

    def test_hs256(self):
        token = jwt.sign(self.CLAIMS, 'secret')
        self.assertEqual(jwt.verify(token, 'HS256', 'secret'), self.CLAIMS)
        self.assertIn('Invalid signature', self.reason(token, 'HS256', 'other'))
        self.assertIn('Invalid signature', self.reason(token, 'RS256', PUBLIC_KEY))

    def test_times(self):
        token = jwt.sign({'exp': 100, 'nbf': 50}, 's')
        self.assertIn('expired since 1970-01-01T00:01:40Z', self.reason(token, 'HS256', 's', now=100))
        self.assertIn('only be valid after', self.reason(token, 'HS256', 's', now=49))
        self.assertTrue(jwt.verify(token, 'HS256', 's', now=99))
        self.assertTrue(jwt.verify(token, 'HS256', 's', now=100, check_times=False))

    def test_not_a_token(self):
        self.assertIn('2 or 3 parts', self.reason('null', 'HS256', 's'))
        self.assertIn('Illegal base64 character 21', self.reason('a!.b.c', 'HS256', 's'))

    def test_rs256_and_the_forms_of_its_key(self):
        bare = ''.join(PUBLIC_KEY.splitlines()[1:-1])
        for key in (PUBLIC_KEY, PUBLIC_KEY.replace('\n', '\r\n'), PUBLIC_KEY + '\n', bare):
            self.assertEqual(jwt.verify(RS256_TOKEN, 'RS256', key), self.CLAIMS)
        self.assertIn('Invalid signature', self.reason(RS256_TOKEN[:-8] + 'AAAAAAAA', 'RS256', PUBLIC_KEY))

    def test_keys_that_are_not_accepted(self):
        lines = PUBLIC_KEY.splitlines()
        for key, reason in (
            (PUBLIC_KEY.replace('\n', '\\n'), 'invalid key'),
            ('\\n'.join(lines[1:-1]), 'Illegal base64 character 5c'),
            (' '.join(lines[1:-1]), 'Illegal base64 character 20'),
            (' '.join(lines), 'invalid key'),
            ('-----BEGIN RSA PUBLIC KEY-----\nMAYCAQMCAQM=\n-----END RSA PUBLIC KEY-----', 'invalid key'),
        ):
            self.assertIn(reason, self.reason(RS256_TOKEN, 'RS256', key))


class GrantsTest(unittest.TestCase):
    def check(self, *targets, name='s', stage='d', **claims):
        claims = {'grants': [{'target': one, 'action': ''} for one in targets], 'exp': 1, **claims}
        auth.check_grants(claims, name, stage)

    def test_what_passes(self):
        for target in ('*/*', 's/*', '*/d', 's/d'):
            self.check(target)
        self.check('x/y', 's/d')
        self.check('s/d', 'malformed after the match')
        self.check('w~s/d', name='w~s')

    def test_what_does_not(self):
        for targets in ((), ('x/d',), ('s',), ('s/d/e',), ('malformed', 's/d')):
            with self.assertRaises(ApiError) as caught:
                self.check(*targets)
            self.assertEqual(caught.exception.code, 3015)

    def test_everything_is_required(self):
        for claims in ({}, {'grants': []}, {'exp': 1}, {'grants': [{'target': '*/*'}], 'exp': 1}, [], 'x',
                       {'grants': [{'target': '*/*', 'action': '*'}], 'exp': 'soon'}):
            with self.assertRaises(ApiError):
                auth.check_grants(claims, 's', 'd')

    def test_only_the_widest_grant_covers_no_name(self):
        self.check('*/*', name='', stage='')
        with self.assertRaises(ApiError):
            self.check('s/d', name='', stage='')

    def test_service_secrets(self):
        auth.check_service(V1_8, [], None)
        auth.check_service(V1_8, ['a', 'b'], 'Bearer ' + jwt.sign({}, 'b'))
        auth.check_service(V1_1, ['a'], jwt.sign({'exp': 1}, 'a'))
        for version, header in ((V1_8, None), (V1_8, 'Bearer x'), (V1_8, 'Bearer ' + jwt.sign({'exp': 1}, 'a'))):
            with self.assertRaises(ApiError):
                auth.check_service(version, ['a'], header)


class GraphqlTest(unittest.TestCase):
    def messages(self, query, version=V1_8, variables=None):
        answer = execute.run(management.build(version), language.parse(query), variables or {}, None, None, None,
                             lambda problem: {'message': type(problem).__name__})
        return ' '.join(error['message'] for error in answer.get('errors', []))

    def test_an_old_server_rejects_new_arguments_in_words_that_clients_compare(self):
        query = 'mutation { deploy(input: {name: "a", stage: "b", types: "", force: true}) { migration { revision } } }'
        text = "Field 'force' is not defined in the input type 'DeployInput'"
        self.assertIn(text, self.messages(query, V1_1))
        self.assertNotIn(text, self.messages(query, V1_8))
        query = 'mutation($i: DeployInput!) { deploy(input: $i) { migration { revision } } }'
        given = {'i': {'name': 'a', 'stage': 'b', 'types': '', 'force': True}}
        self.assertIn(text, self.messages(query, V1_1, given))

    def test_unknown_fields(self):
        query = 'mutation { deploy(input: {name: "a", stage: "b", types: ""}) { warnings { type } } }'
        self.assertIn("Cannot query field 'warnings' on type 'DeployPayload'", self.messages(query, V1_1))
        self.assertIn("Cannot query field 'serverInfo' on type 'Query'", self.messages('{ serverInfo { version } }', V1_1))
        self.assertIn("Cannot query field 'clusterInfo'", self.messages('{ clusterInfo { version } }', V1_34))

    def test_steps_need_aliases(self):
        query = '{ migrationStatus(name: "a", stage: "b") { steps { type ... on %s { %s } ... on %s { %s } } } }'
        bad = query % ('CreateField', 'isList', 'UpdateField', 'isList')
        self.assertIn('conflict', self.messages(bad))
        good = query % ('CreateField', 'a: isList', 'UpdateField', 'b: isList')
        self.assertNotIn('conflict', self.messages(good))

    def test_other_rules(self):
        for query, text in (
            ('{ project(name: "a") { name } }', "argument 'stage' of type 'String!' is required"),
            ('{ project(name: 1, stage: "b") { name } }', "Argument 'name' expected type 'String!' but got: 1"),
            ('{ project(name: $x, stage: "b") { name } }', "Variable '$x' is not defined"),
            ('query q($x: Int) { listProjects { name } }', "Variable '$x' is not used in operation 'q'"),
            ('{ listProjects }', 'must have a sub selection'),
            ('{ listProjects { name { x } } }', 'must not have a sub selection'),
            ('{ ...F }', "Unknown fragment 'F'"),
        ):
            self.assertIn(text, self.messages(query))

    def test_introspection(self):
        query = '{ __schema { queryType { name } types { name fields { name type { kind ofType { name } } } } } }'
        answer = execute.run(management.build(V1_8), language.parse(query), {}, None, None, None, None)
        names_ = {item['name'] for item in answer['data']['__schema']['types']}
        self.assertLessEqual({'Migration', 'MigrationStep', 'UpdateSecrets', 'DeployInput'}, names_)

    def test_introspection_with_fragments(self):
        query = '{ __schema { types { ...T } } } fragment T on __Type { name fields { ... on __Field { name } } }'
        document = language.parse(query)
        schema = management.build(V1_8)
        self.assertEqual(validate.validate(schema, document), [])
        types = execute.run(schema, document, {}, None, None, None, None)['data']['__schema']['types']
        self.assertIn({'name': 'revision'}, next(item['fields'] for item in types if item['name'] == 'Migration'))

    def test_text_that_does_not_parse(self):
        for query in ('', '{', '{ a(: 1) }', 'nonsense { a }', '{ a ? }'):
            with self.assertRaises(language.SyntaxProblem):
                language.parse(query)

    def test_strings(self):
        document = language.parse('{ a(b: "x\\n\\u0041\\"", c: """\n  two\n    lines\n  """) }')
        values = [given.value.value for given in document.definitions[0].selections[0].arguments]
        self.assertEqual(values, ['x\nA"', 'two\n  lines'])


class ServiceSchemaTest(unittest.TestCase):
    def test_names(self):
        schema, _ = datamodel.build(datamodel.parse('type User { id: ID! @unique name: String! posts: [Post!]! } '
                                                    'type Post { id: ID! @unique author: User! } type Category { id: ID! @unique }'))
        generated = service.build(schema)
        self.assertLessEqual({'user', 'users', 'usersConnection', 'categories', 'node'}, set(generated.query.fields))
        self.assertLessEqual({'createUser', 'updateUser', 'upsertUser', 'deleteUser', 'deleteManyUsers'},
                             set(generated.mutation.fields))
        self.assertIn('PostCreateManyWithoutAuthorInput', generated.types)
        self.assertNotIn('author', generated.types['PostCreateWithoutAuthorInput'].fields)
        self.assertEqual(list(generated.types['User'].fields), ['id', 'name', 'posts'])

    def test_an_empty_service_has_a_schema(self):
        self.assertIsNone(service.build(datamodel.EMPTY).mutation)


class SmallPartsTest(unittest.TestCase):
    def test_names(self):
        names.check(V1_8, 'w~my-service_1', 'dev')
        names.check(V1_1, 'cluster', 'dev')
        for version, name, stage, code in ((V1_8, '1a', 'd', 4001), (V1_8, 'a' * 141, 'd', 4001), (V1_8, 'a', 'x' * 31, 4002),
                                           (V1_8, 'cluster', 'd', 4006), (V1_8, 'a', 'import', 4007)):
            with self.assertRaises(ApiError) as caught:
                names.check(version, name, stage)
            self.assertEqual(caught.exception.code, code)

    def test_request_ids(self):
        self.assertRegex(request_id.new(V1_1, 'management', {}), r'^cluster:cluster:c[0-9a-z]{24}$')
        self.assertRegex(request_id.new(V1_8, 'api', {'ENV': 'prod'}), r'^prod:api:c[0-9a-z]{24}$')
        self.assertRegex(request_id.new(V1_34, 'api', {}), r'^local:c[0-9a-z]{24}$')

    def test_times(self):
        self.assertEqual(DATE_TIME.serialize(datetime(2020, 1, 2, 3, 4, 5, 6000)), '2020-01-02T03:04:05.006Z')
        for text in ('2020-01-02T03:04:05.678Z', '2020-01-02T05:04:05.678+02:00', '2020-01-02T03:04:05.6780001Z'):
            self.assertEqual(parse_time(text), datetime(2020, 1, 2, 3, 4, 5, 678000))


if __name__ == '__main__':
    unittest.main()
