"""Applies stored migrations, one after another, and undoes them when a step fails.

How long each step takes can be set with STANDIN_STEP_DELAY_MS (20), so that a client has something to watch. A model
whose name begins with `FailOn` makes the migration that creates it fail, one with `FailOnRollback` also the undoing.
"""

import contextlib
import threading
import time
import traceback

from .. import traces
from ..store import OPEN, now
from .tables import Tables


class Deleted(BaseException):
    """The service is gone; no failure of a step, and not caught as one."""


class Worker:
    def __init__(self, app):
        self.app = app
        self._wake = threading.Event()
        self._doubtful = False
        # Held for each step with the note of it, and while a service is deleted.
        self._working = threading.RLock()
        self._current = None
        self.delay = int(app.environment.get('STANDIN_STEP_DELAY_MS', '20')) / 1000

    def start(self):
        threading.Thread(target=self._loop, daemon=True).start()

    def wake(self):
        self._wake.set()

    def delete(self, project_id):
        """Deletes a service. What is being applied to it ends: a service may follow that has the same name."""
        with self._working:
            if self._current and self._current.projectId == project_id:
                self._current = None
            self.app.store.delete_project(project_id)
            self.app.services.forget(project_id)

    def _loop(self):
        # Migrations left open by the last process come first; nothing is applied without the lock.
        self.app.exclusive.wait()
        while True:
            self._wake.clear()
            try:
                self.apply_all()
            except Exception:  # pylint: disable=broad-except
                self.app.log(f'[Worker] {traceback.format_exc()}')
            self._wake.wait(timeout=5)

    def apply_all(self):
        """Applies what is open, oldest first."""
        while migration := self._next():
            with contextlib.suppress(Deleted):
                self._apply(migration)

    def _next(self):
        with self._working:
            migrations = self.app.store.list_migrations(statuses=OPEN, newest_first=False)
            self._current = migrations[0] if migrations else None
            return self._current

    @contextlib.contextmanager
    def _at_work(self, migration):
        with self._working:
            if migration is not self._current:
                raise Deleted
            yield

    def _apply(self, migration):
        app = self.app
        last = app.store.last_success(migration.projectId)
        tables = Tables(app.database, migration.projectId, app.version)
        app.services.forget(migration.projectId)
        # The process that began it may have ended between a step and the note that it was done.
        self._doubtful = migration.status != 'PENDING'
        time.sleep(self.delay)
        if migration.status == 'PENDING':
            self._save(migration, status='IN_PROGRESS', startedAt=now())
        try:
            while migration.applied < len(migration.steps) and migration.status == 'IN_PROGRESS':
                time.sleep(self.delay)
                with self._at_work(migration):
                    self._step(tables, migration, last)
                    self._save(migration, applied=migration.applied + 1)
        except Exception as problem:  # pylint: disable=broad-except
            self._save(migration, status='ROLLING_BACK', errors=[self._told(problem)])
        if migration.status == 'ROLLING_BACK':
            self._roll_back(tables, migration, last)
            return
        with self._at_work(migration), app.services.changing(migration.projectId):
            self._save(migration, status='SUCCESS', finishedAt=now())

    def _step(self, tables, migration, last):
        step = migration.steps[migration.applied]
        if step['type'] == 'UpdateSecrets':
            self.app.store.set_secrets(migration.projectId, migration.secrets)
            return
        self._change(tables.apply, step, last.schema, migration.schema)

    def _undo(self, tables, migration, last):
        step = migration.steps[migration.applied - 1 - migration.rolledBack]
        if step['type'] == 'UpdateSecrets':
            self.app.store.set_secrets(migration.projectId, last.secrets or [])
            return
        self._change(tables.undo, step, last.schema, migration.schema)

    def _change(self, action, step, before, after):
        database = self.app.database
        try:
            with database.session() as session:
                action(session, step, before, after)
        except database.driver_errors as problem:
            if not (self._doubtful and database.is_done_already(problem)):
                raise
        self._doubtful = False

    def _roll_back(self, tables, migration, last):
        """Undoes the applied steps, newest first; `applied` is kept, `rolledBack` counts."""
        try:
            while migration.rolledBack < migration.applied:
                time.sleep(self.delay)
                with self._at_work(migration):
                    self._undo(tables, migration, last)
                    self._save(migration, rolledBack=migration.rolledBack + 1)
            status = 'ROLLBACK_SUCCESS'
        except Exception as problem:  # pylint: disable=broad-except
            migration.errors.append(self._told(problem))
            status = 'ROLLBACK_FAILURE'
        self._save(migration, status=status, finishedAt=now())

    def _told(self, problem):
        database = self.app.database
        text = database.in_java(problem) if isinstance(problem, database.driver_errors) else str(problem)
        return traces.of_step(text)

    def _save(self, migration, **changes):
        with self._at_work(migration):
            for name, value in changes.items():
                setattr(migration, name, value)
            self.app.store.save_progress(migration)
