"""Reads the server's configuration as the imitated version does, its pitfalls included.

1.0-1.6: environment variables, resolved before anything else; a missing one ends the process.
1.7 and later: PRISMA_CONFIG, else the file in PRISMA_CONFIG_PATH, else a YAML text pasted together from the
environment. YAML 1.1 rules apply (`0123` is 83, `yes` is true), then every value is taken in its string form.

From there the password goes through a second configuration language, where quotes and backslashes break.
"""

import re
from dataclasses import dataclass, replace

import yaml


class ConfigProblem(Exception):
    """The text printed before the process ends."""


@dataclass
class Config:
    connector: str
    host: str
    port: int
    user: str
    password: str
    listen_port: int
    management_schema: str
    database: str = None
    schema: str = None
    migrations: bool = True
    # Management auth; None where it is off. The symmetric secret wins.
    secret: str = None
    public_key: str = None
    internal_secret: str = None
    # A second set of credentials (host, port, user, password) that must work at the start; 1.0-1.6 only.
    internal_login: tuple = None


REQUIRED = (
    'SQL_CLIENT_HOST', 'SQL_CLIENT_PORT', 'SQL_CLIENT_USER', 'SQL_CLIENT_PASSWORD', 'SQL_CLIENT_CONNECTION_LIMIT',
    'SQL_INTERNAL_HOST', 'SQL_INTERNAL_PORT', 'SQL_INTERNAL_USER', 'SQL_INTERNAL_PASSWORD', 'SQL_INTERNAL_DATABASE',
    'CLUSTER_ADDRESS', 'SCHEMA_MANAGER_SECRET', 'BUGSNAG_API_KEY',
)


def load(version, environment, read=None):
    """The configuration, or ConfigProblem."""
    if not version.reads_prisma_config:
        return _from_environment(version, environment)
    try:
        return _from_yaml(version, _text(version, environment, read or _read_file))
    except _Invalid as problem:
        raise ConfigProblem(
            'Exception in thread "main" java.lang.RuntimeException: Unable to load Prisma config: ' + str(problem)
        ) from None


# 1.0-1.6


def _from_environment(version, environment):
    for name in REQUIRED:
        if name not in environment:
            raise ConfigProblem(
                'Exception in thread "main" com.typesafe.config.ConfigException$UnresolvedSubstitution: '
                f'application.conf: 12: Could not resolve substitution to a value: ${{{name}}}'
            )

    def number(name, default=None):
        text = environment.get(name, default)
        try:
            return int(text)
        except ValueError:
            raise ConfigProblem(
                f'Exception in thread "main" java.lang.NumberFormatException: For input string: "{text}"'
            ) from None

    if environment['SQL_INTERNAL_DATABASE'] != 'graphcool':
        # The real server creates its tables in "graphcool" and then looks for them here.
        raise ConfigProblem(
            f'Exception in thread "main" java.sql.SQLSyntaxErrorException: Unknown database '
            f"'{environment['SQL_INTERNAL_DATABASE']}': SQL_INTERNAL_DATABASE must be graphcool"
        )
    number('SQL_CLIENT_CONNECTION_LIMIT')
    return Config(
        connector='mysql',
        host=environment['SQL_CLIENT_HOST'],
        port=number('SQL_CLIENT_PORT'),
        user=environment['SQL_CLIENT_USER'],
        password=environment['SQL_CLIENT_PASSWORD'],
        listen_port=number('PORT', '9000'),
        management_schema='graphcool',
        secret=(version.has_symmetric_auth and environment.get('PRISMA_MANAGEMENT_API_JWT_SECRET')) or None,
        public_key=environment.get('CLUSTER_PUBLIC_KEY') or None,
        internal_secret=environment['SCHEMA_MANAGER_SECRET'] or None,
        internal_login=(environment['SQL_INTERNAL_HOST'], number('SQL_INTERNAL_PORT'),
                        environment['SQL_INTERNAL_USER'], environment['SQL_INTERNAL_PASSWORD']),
    )


# 1.7 and later


class _Invalid(Exception):
    pass


def _invalid(text):
    return _Invalid(f'com.prisma.config.InvalidConfiguration: {text}')


def _not_a_map(value):
    return _Invalid(f'java.lang.ClassCastException: class {_java_name(value)} cannot be cast to class java.util.Map')


def _read_file(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def _text(version, environment, read):
    if 'PRISMA_CONFIG' in environment:
        return environment['PRISMA_CONFIG']
    if 'PRISMA_CONFIG_PATH' in environment:
        path = environment['PRISMA_CONFIG_PATH']
        try:
            return read(path)
        except OSError as problem:
            raise _Invalid(f'java.io.FileNotFoundException: {path} ({problem.strerror})') from None
    text = _legacy_text(version, environment)
    if text is None:
        raise _Invalid('java.lang.RuntimeException: No valid Prisma config could be loaded.')
    return text


def _legacy_text(version, environment):
    """The variables of the older servers as a YAML text; None when they are not all there."""
    names = ('SQL_CLIENT_HOST', 'SQL_CLIENT_USER', 'SQL_CLIENT_PASSWORD')
    if any(name not in environment for name in names):
        return None
    if environment.get('CLUSTER_API_ENABLED', '1') not in ('0', '1'):
        return None
    lines = [f'port: {environment.get("PORT", "4466")}']
    key_name = 'legacySecret' if version.since(1, 8) else 'clusterPublicKey'
    for key, name in (('managementApiSecret', 'PRISMA_MANAGEMENT_API_JWT_SECRET'), (key_name, 'CLUSTER_PUBLIC_KEY'),
                      ('server2serverSecret', 'SCHEMA_MANAGER_SECRET'), ('clusterAddress', 'CLUSTER_ADDRESS')):
        # Pasted as it is: a key with line breaks makes the whole text unreadable.
        lines.append(f'{key}: {environment.get(name, "")}')
    lines += [
        'databases:', '  default:', '    connector: mysql', '    migrations: true',
        f'    host: {environment["SQL_CLIENT_HOST"]}',
        f'    port: {environment.get("SQL_CLIENT_PORT", "3306")}',
        f'    user: {environment["SQL_CLIENT_USER"]}',
        f'    password: {environment["SQL_CLIENT_PASSWORD"]}',
        f'    connectionLimit: {environment.get("SQL_INTERNAL_CONNECTION_LIMIT", "1")}',
        f'    managementSchema: {environment.get("SQL_INTERNAL_DATABASE", "graphcool")}',
    ]
    return '\n'.join(lines)


def _from_yaml(version, text):
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, 'problem_mark', None)
        where = f"\n in 'string', line {mark.line + 1}, column {mark.column + 1}:" if mark else ''
        what = [getattr(problem, name, None) for name in ('context', 'problem')]
        # What is wrong and where, without the text around it: that may hold a password.
        raise _Invalid('\n'.join(filter(None, what)).replace("'\\t'", "'\\t(TAB)'") + where) from None
    if document is None:
        raise _Invalid('java.lang.NullPointerException')
    if not isinstance(document, dict):
        raise _not_a_map(document)
    databases = document.get('databases')
    if databases is not None and not isinstance(databases, dict):
        raise _not_a_map(databases)
    if not databases:
        raise _invalid("Expected hash under 'databases' to be non-empty")
    key = None
    if version.knows_legacy_secret:
        key = _string(document, 'legacySecret')
        if not version.since(1, 8):
            key = _string(document, 'clusterPublicKey') or key
    return Config(
        listen_port=_integer(document, 'port') or 4466,
        secret=_string(document, 'managementApiSecret') or None,
        public_key=key or None,
        internal_secret=(_string(document, 'server2serverSecret') or None) if version.knows_legacy_secret else None,
        **_database(version, next(iter(databases.values()))),
    )


def _database(version, entry):
    if not isinstance(entry, dict):
        raise _not_a_map(entry)

    def required(key):
        value = _string(entry, key)
        if not value:
            raise _invalid(f'Expected {key} to be non-empty')
        return value

    connector = required('connector')
    if connector not in ('mysql', 'postgres'):
        raise ConfigProblem(f'Exception in thread "main" java.lang.RuntimeException: Unknown connector {connector}')
    port = _integer(entry, 'port')
    if port is None:
        raise _invalid(f'Expected Int for field port, got {_string(entry, "port") or "<unset>"}')
    migrations = _boolean(entry, 'migrations')
    migrations = _boolean(entry, 'active') if migrations is None else migrations
    migrations = True if migrations is None else migrations
    if connector == 'mysql' and not migrations and not version.is_late:
        raise ConfigProblem(
            'Exception in thread "main" java.lang.RuntimeException: There is not passive mysql deploy connector yet!')
    limit = _integer(entry, 'connectionLimit')
    if version.since(1, 12) and limit is not None and limit < 2:
        raise _invalid('The parameter connectionLimit must be set to at least 2.')
    password = _string(entry, 'password') or ''
    if '"' in password or '\\' in password:
        raise ConfigProblem('Exception in thread "main" com.typesafe.config.ConfigException$Parse: String: 8: Reserved '
                            "character '\\' is not allowed outside quotes")
    return {
        'connector': connector, 'host': required('host'), 'port': port, 'user': required('user'),
        'password': password, 'migrations': migrations,
        'management_schema': _string(entry, 'managementSchema') or ('prisma' if connector == 'mysql' else 'management'),
        'database': (_string(entry, 'database') or 'prisma') if connector == 'postgres' else None,
        'schema': _string(entry, 'schema'),
    }


def _string(mapping, key):
    """The value as a string, or None."""
    value = mapping.get(key)
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _integer(mapping, key):
    text = _string(mapping, key)
    return int(text) if text is not None and re.fullmatch(r'[+-]?\d+', text) else None


def _boolean(mapping, key):
    """true and false in any case, quoted or not; anything else counts as absent."""
    return {'true': True, 'false': False}.get((_string(mapping, key) or '').lower())


def _java_name(value):
    names = {str: 'java.lang.String', int: 'java.lang.Integer', bool: 'java.lang.Boolean', list: 'java.util.ArrayList'}
    return names.get(type(value), 'java.lang.Object')
