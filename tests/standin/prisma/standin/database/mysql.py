"""MySQL, or the MariaDB that stands in for it."""

import random

import pymysql

from .base import Database, DatabaseProblem


class MySql(Database):
    driver_errors = (pymysql.Error, OSError)
    empties_retyped = True
    column_types = {
        'String': 'mediumtext', 'Int': 'int', 'Float': 'decimal(65,30)', 'Boolean': 'boolean',
        'DateTime': 'datetime(3)', 'GraphQLID': 'char(25)', 'Enum': 'varchar(191)', 'Json': 'mediumtext',
        'Uuid': 'char(36)',
    }
    # So many characters of a value of one of these types are compared where it is unique.
    unique_lengths = {'String': 191, 'Json': 191}
    text_type = 'mediumtext'
    time_type = 'datetime(3)'

    def __init__(self, config):
        super().__init__(config)
        self._idle.put(self.connect())

    def connect(self):
        config = self.config
        try:
            return pymysql.connect(
                host=config.host, port=config.port, user=config.user,
                # As bytes: the driver would take a text for Latin-1.
                password=config.password.encode(), charset='utf8mb4',
                autocommit=True, connect_timeout=5,
                # The documented server command switches on modes that change what SQL means.
                init_command="SET SESSION sql_mode='STRICT_TRANS_TABLES', time_zone='+00:00'",
            )
        except (*self.driver_errors, RuntimeError) as problem:
            # 2003: no connection to the host
            raise DatabaseProblem(self._reason(problem), is_absent=problem.args[:1] == (2003,)) from None

    def _reason(self, problem):
        """As MariaDB's driver for Java says it."""
        text = str(problem.args[-1] if problem.args else problem)
        where = f'Could not connect to {self.config.host}:{self.config.port} : '
        if 'timed out' in text:
            return ''
        if 'Errno -' in text:
            return f'{where}{self.config.host}: Name or service not known'
        return where + 'Connection refused (Connection refused)' if 'Errno' in text else text

    def told(self, problem):
        """A failed statement in the database's own words."""
        return str(problem.args[-1])

    def in_java(self, problem):
        """A failed statement as MariaDB's driver for Java tells it."""
        number, text = (*problem.args, '', '')[:2]
        name = {1048: 'IntegrityConstraintViolation', 1062: 'IntegrityConstraintViolation', 1292: 'Data',
                1366: 'Data'}.get(number, 'SyntaxError')
        kind = 'SQLWarning' if number == 1265 else f'SQL{name}Exception'
        return f'java.sql.{kind}: (conn={random.randint(5, 99)}) {text}'

    def is_alive(self, connection):
        try:
            connection.ping(reconnect=False)
            return True
        except self.driver_errors:
            return False

    def quote(self, name):
        return '`' + name.replace('`', '``').replace('%', '%%') + '`'

    def is_done_already(self, problem):
        """The statement failed because there was nothing left to change."""
        return problem.args and problem.args[0] in (1050, 1051, 1054, 1060, 1061, 1091, 1146)

    def create_schema(self, session, name):
        session.run(f'CREATE SCHEMA IF NOT EXISTS {self.quote(name)} DEFAULT CHARACTER SET utf8mb4')

    def drop_schema(self, session, name):
        session.run(f'DROP DATABASE IF EXISTS {self.quote(name)}')

    def lock(self, session):
        """True when the lock was got; a positive timeout, so that MariaDB takes it too."""
        session.run('SET SESSION wait_timeout = 20')
        return session.value("SELECT GET_LOCK('deploy_privileges', 10)") == 1
