"""PostgreSQL: one database, a schema for the server and one for each service."""

import psycopg2

from .base import Database, DatabaseProblem, Session


class Postgres(Database):
    separator = '$'
    driver_errors = (psycopg2.Error, OSError)
    column_types = {
        'String': 'text', 'Int': 'int', 'Float': 'decimal(65,30)', 'Boolean': 'boolean',
        'DateTime': 'timestamp(3)', 'GraphQLID': 'varchar(25)', 'Enum': 'text', 'Json': 'text', 'Uuid': 'uuid',
    }
    unique_lengths = {}
    text_type = 'text'
    time_type = 'timestamp(3)'

    def __init__(self, config):
        super().__init__(config)
        self._ensure_database()

    def connect(self, database=None):
        config = self.config
        try:
            connection = psycopg2.connect(
                host=config.host, port=config.port, user=config.user, password=config.password,
                dbname=database or config.database, connect_timeout=5, options='-c timezone=UTC',
            )
        except (*self.driver_errors, UnicodeError) as problem:
            signs = ('refused', 'could not translate host name', 'starting up')
            is_absent = any(sign in str(problem) for sign in signs)
            raise DatabaseProblem(self._reason(str(problem)), is_absent) from None
        connection.autocommit = True
        return connection

    def _reason(self, text):
        """As PostgreSQL's driver for Java says it."""
        if 'refused' in text:
            return (f'Connection to {self.config.host}:{self.config.port} refused. Check that the hostname and port are '
                    'correct and that the postmaster is accepting TCP/IP connections.')
        if 'translate host name' in text:
            return 'The connection attempt failed.'
        return 'FATAL: ' + text.split('FATAL:')[-1].strip() if 'FATAL:' in text else text.strip()

    def told(self, problem):
        """A failed statement in the database's own words."""
        diag = getattr(problem, 'diag', None)
        text = diag.message_primary if diag else str(problem)
        more = [f'\n  {title}: {value}' for title, value in (
            ('Detail', getattr(diag, 'message_detail', None)), ('Hint', getattr(diag, 'message_hint', None))) if value]
        return text + ''.join(more)

    def in_java(self, problem):
        """A failed statement as PostgreSQL's driver for Java tells it."""
        return f'org.postgresql.util.PSQLException: ERROR: {self.told(problem)}'

    def _ensure_database(self):
        """Creates the database if it is missing, while connected to the one that always exists."""
        connection = self.connect('postgres')
        session = Session(self, connection)
        if not session.row('SELECT 1 FROM pg_database WHERE datname = %s', [self.config.database]):
            session.run(f'CREATE DATABASE {self.quote(self.config.database)}')
        connection.close()

    def is_alive(self, connection):
        try:
            Session(self, connection).run('SELECT 1')
            return True
        except self.driver_errors:
            return False

    def quote(self, name):
        return '"' + name.replace('"', '""').replace('%', '%%') + '"'

    def is_done_already(self, problem):
        """The statement failed because there was nothing left to change."""
        # duplicate table, column, object; undefined table, column, object
        return getattr(problem, 'pgcode', None) in ('42P07', '42701', '42710', '42P01', '42703', '42704')

    def create_schema(self, session, name):
        session.run(f'CREATE SCHEMA IF NOT EXISTS {self.quote(name)}')

    def drop_schema(self, session, name):
        session.run(f'DROP SCHEMA IF EXISTS {self.quote(name)} CASCADE')

    def lock(self, session):
        """True when the lock was got."""
        return session.value('SELECT pg_try_advisory_lock(1000)') is True
