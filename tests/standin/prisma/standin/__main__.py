"""Starts the stand-in: configuration, database, then the port. Ends at once, with status 1, when one of them fails."""

import os
import signal
import sys
import threading
import time

from . import config as configuration
from .app import App
from .database import DatabaseProblem, open_database
from .http import Server
from .version import Version

# The real server gives up on its database after 5 s, and so does the stand-in while nothing answers there. On one that
# answers and refuses it gives up sooner: tests see the same end earlier.
_ABSENCE_WAIT = int(os.environ.get('STANDIN_DATABASE_WAIT_MS', '5000')) / 1000
_REFUSAL_WAIT = 1.5
_LOCK_PATIENCE = 300


def log(text):
    # in one write: threads would mix lines otherwise
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


def give_up(text):
    sys.stderr.write(text + '\n')
    sys.stderr.flush()
    sys.exit(1)


def connect(config):
    """The database, with the real server's way of failing when it is not there."""
    started = time.monotonic()
    while True:
        try:
            if config.internal_login:
                host, port, user, password = config.internal_login
                open_database(configuration.replace(config, host=host, port=port, user=user, password=password))
            return open_database(config)
        except DatabaseProblem as problem:
            left = started - time.monotonic() + (_ABSENCE_WAIT if problem.is_absent else _REFUSAL_WAIT)
            if problem.is_absent and left > 0:
                time.sleep(0.05)
                continue
            time.sleep(max(0.0, left))
            refuse(problem)


def refuse(problem):
    """Ends as the real server does without a database."""
    give_up(
        'Exception in thread "main" java.sql.SQLTransientConnectionException: database - Connection is not '
        'available, request timed out after 5000ms.\n'
        '\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:548)\n'
        '\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:186)\n'
        f'Caused by: {problem}'
    )


def hold_lock(app):
    """Keeps the lock that allows deploys; two servers on one database compete for it."""
    log('Obtaining exclusive agent lock...')
    started = time.monotonic()
    try:
        while True:
            with app.database.session() as session:
                while not app.database.lock(session):
                    if time.monotonic() - started > _LOCK_PATIENCE:
                        sys.stderr.write('Unable to obtain the exclusive agent lock. Shutting down.\n')
                        os._exit(255)
                    time.sleep(0.5)
                if not app.exclusive.is_set():
                    log('Obtaining exclusive agent lock... Successful.')
                    app.exclusive.set()
                # Asking now and then keeps the session, and with it the lock, from being timed out.
                while app.database.is_alive(session.connection):
                    time.sleep(5)
    except Exception as problem:  # pylint: disable=broad-except
        log(f'[Warning] Lost the exclusive agent lock: {problem}')
        time.sleep(1)
        threading.Thread(target=hold_lock, args=(app,), daemon=True).start()


def main():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    version = Version(os.environ.get('CLUSTER_VERSION', '1.8.4'))
    log(f'STAND-IN for tests, NOT a Prisma server: imitates prismagraphql/prisma {version.text} '
        'as far as the tests of the prisma command line program need it.')
    try:
        config = configuration.load(version, os.environ)
    except configuration.ConfigProblem as problem:
        give_up(str(problem))
    log('[Metrics] Warning: no metrics are sent.')
    database = connect(config)
    app = App(version, config, os.environ, database, log)
    try:
        app.store.set_up()
    except database.driver_errors as problem:
        give_up(f'Exception in thread "main" java.sql.SQLException: {problem}')
    threading.Thread(target=hold_lock, args=(app,), daemon=True).start()
    log('Deployment worker initialization complete.')
    log('Initializing workers...')
    app.worker.start()
    log('Successfully started 1 workers.')
    try:
        server = Server(app)
    except OSError as problem:
        # The real server stays up and listens on nothing; a test would only wait in vain.
        give_up(f'Could not listen on port {config.listen_port}: {problem}')
    log(f'Server running on :{config.listen_port}')
    server.serve_forever()


if __name__ == '__main__':
    main()
