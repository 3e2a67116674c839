"""How a real server keeps its clients waiting: it starts slowly, answers its first request slowly, and does not end on
SIGTERM. All off by default, so that tests do not wait in vain; see README.md for the variables.
"""

import select
import socket
import threading
import time


class Manners:
    def __init__(self, environment):
        def seconds(name, default):
            return int(environment.get(f'STANDIN_{name}_MS', default)) / 1000

        self.start = seconds('START', '0')
        self.first_answer = seconds('FIRST_ANSWER', '0')
        # The pool's patience with a database that is not there, at the start and later.
        self.database_wait = seconds('DATABASE_WAIT', '5000')
        # The real one has the same patience with a database that refuses it; most tests do not.
        self.refusal_wait = seconds('REFUSAL_WAIT', '1500')
        self.lock_patience = seconds('LOCK_PATIENCE', '0')
        self.ignores_sigterm = environment.get('STANDIN_IGNORE_SIGTERM') == '1'


class WarmUp:
    """The first answer takes long, and a client that gives up before it has waited in vain, for the next one too."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._warm = threading.Event()
        if not seconds:
            self._warm.set()

    def wait(self, connection):
        """Returns when an answer may be given; ConnectionError if the client is gone by then."""
        end = time.monotonic() + self._seconds
        while time.monotonic() < end and not self._warm.wait(0.05):
            if _is_gone(connection):
                raise ConnectionError('the client gave up')
        self._warm.set()


def _is_gone(connection):
    readable, _, _ = select.select([connection], [], [], 0)
    return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b''
