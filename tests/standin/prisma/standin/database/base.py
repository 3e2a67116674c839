"""What both kinds of database share: a pool of connections, plain statements in and dictionaries out."""

import contextlib
import queue
import time


class DatabaseProblem(Exception):
    """No connection. The text is what the real server's driver says; drivers do not put passwords into theirs."""

    def __init__(self, reason, is_absent):
        super().__init__(reason)
        # Nothing answers at the database's address yet.
        self.is_absent = is_absent


class Database:
    """`separator` stands between service and stage in the name of a service's database."""

    separator = '@'
    driver_errors = ()
    column_types = {}
    # A column that gets another type is emptied first, which fails where it is required.
    empties_retyped = False

    def __init__(self, config):
        self.config = config
        # How long a request waits for a database that went away.
        self.patience = 0
        self._idle = queue.LifoQueue()

    def connect(self):
        raise NotImplementedError

    def is_alive(self, connection):
        raise NotImplementedError

    def quote(self, name):
        raise NotImplementedError

    def table(self, schema, name):
        return f'{self.quote(schema)}.{self.quote(name)}'

    @staticmethod
    def has_table(session, schema, name):
        return session.row('SELECT 1 AS found FROM information_schema.tables WHERE table_schema = %s AND table_name = %s',
                           [schema, name]) is not None

    @contextlib.contextmanager
    def session(self):
        """A connection for a few statements, each committed on its own."""
        connection = self._take()
        try:
            yield Session(self, connection)
        except Exception:
            with contextlib.suppress(Exception):
                connection.close()
            raise
        self._idle.put(connection)

    def _take(self):
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return self._connect_patiently()
            if self.is_alive(connection):
                return connection
            with contextlib.suppress(Exception):
                connection.close()


    def _connect_patiently(self):
        end = time.monotonic() + self.patience
        while True:
            try:
                return self.connect()
            except DatabaseProblem as problem:
                if not problem.is_absent or time.monotonic() > end:
                    raise
            time.sleep(0.2)


class Session:
    def __init__(self, database, connection):
        self.database, self.connection = database, connection

    def run(self, statement, parameters=()):
        """Executes a statement and gives the number of rows it touched."""
        with self.connection.cursor() as cursor:
            cursor.execute(statement, tuple(parameters))
            return cursor.rowcount

    def rows(self, statement, parameters=()):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, tuple(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def row(self, statement, parameters=()):
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def value(self, statement, parameters=()):
        found = self.row(statement, parameters)
        return next(iter(found.values())) if found else None
