"""Starts the stand-in: configuration, database, then the port. Ends at once, with status 1, when one of them fails."""

import os
import signal
import sys
import threading
import time

from . import config as configuration, traces
from .app import App
from .database import DatabaseProblem, open_database
from .http import Server
from .manners import Manners
from .version import Version

def log(text):
    # in one write: threads would mix lines otherwise
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


def give_up(text):
    sys.stderr.write(text + '\n')
    sys.stderr.flush()
    sys.exit(1)


def connect(version, config, manners):
    """The database, with the real server's way of failing when it is not there."""
    started = time.monotonic()
    while True:
        try:
            if config.internal_login:
                host, port, user, password = config.internal_login
                open_database(configuration.replace(config, host=host, port=port, user=user, password=password))
            return open_database(config)
        except DatabaseProblem as problem:
            left = started - time.monotonic() + (manners.database_wait if problem.is_absent else manners.refusal_wait)
            if problem.is_absent and left > 0:
                time.sleep(0.05)
                continue
            time.sleep(max(0.0, left))
            give_up('Exception in thread "main" ' + traces.without_connection(version, config.connector, str(problem)))


def hold_lock(app):
    """Keeps the lock that allows deploys; two servers on one database compete for it."""
    version, connector = app.version, app.config.connector
    app.managed.wait()
    log(version.log_prefix + 'Obtaining exclusive agent lock...')
    patience = app.manners.lock_patience or version.lock_patience(connector)
    started = time.monotonic()
    try:
        with app.database.session() as session:
            while version.holds_lock(connector) and not app.database.lock(session):
                if patience and time.monotonic() - started > patience:
                    sys.stderr.write(traces.without_lock(version, connector, patience) + '\n')
                    os._exit(255)
                time.sleep(0.5)
            log(version.log_prefix + 'Obtaining exclusive agent lock... Successful.')
            app.exclusive.set()
            # Asking now and then keeps the session, and with it the lock, from being timed out. Once lost it is
            # never taken again, and deployments go on without it.
            while app.database.is_alive(session.connection):
                time.sleep(5)
    except Exception as problem:  # pylint: disable=broad-except
        log(f'[Warning] Lost the exclusive agent lock: {problem}')


def listen(app):
    """The server; a real one whose port is taken stays up and is deaf."""
    try:
        return Server(app)
    except OSError:
        threading.Event().wait()


def main():
    manners = Manners(os.environ)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if manners.ignores_sigterm else signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    version = Version(os.environ.get('CLUSTER_VERSION', '1.8.4'))
    log(f'STAND-IN for tests, NOT a Prisma server: imitates prismagraphql/prisma {version.text} '
        'as far as the tests of the prisma command line program need it.')
    time.sleep(manners.start)
    if version.is_late:
        log('[INFO] {} - Starting...')
    try:
        config = configuration.load(version, os.environ)
    except configuration.ConfigProblem as problem:
        give_up(str(problem))
    log('[Metrics] Warning: no metrics are sent.')
    database = connect(version, config, manners)
    database.patience = manners.database_wait
    app = App(version, config, os.environ, database, log)
    try:
        app.store.set_up()
    except database.driver_errors as problem:
        give_up(f'Exception in thread "main" java.sql.SQLSyntaxErrorException: {problem}')
    threading.Thread(target=hold_lock, args=(app,), daemon=True).start()
    log(version.log_prefix + 'Deployment worker initialization complete.')
    log(version.log_prefix + 'Initializing workers...')
    app.worker.start()
    log(version.log_prefix + 'Successfully started 1 workers.')
    if app.managed.is_set():
        # A lock that is free is taken before the port opens.
        app.exclusive.wait(1)
    server = listen(app)
    log(f'{version.log_prefix}Server running on :{config.listen_port}')
    server.serve_forever()


if __name__ == '__main__':
    main()
