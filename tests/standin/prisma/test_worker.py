"""Tests of the worker that applies migrations, with a store in memory and steps that do nothing."""

import contextlib
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from standin.deploy import worker
from standin.service.api import ServiceApi
from standin.store import OPEN, Migration
from standin.version import Version

STEPS = [{'type': 'CreateModel', 'name': 'A'}, {'type': 'CreateModel', 'name': 'B'}]


class MemoryStore:
    def __init__(self):
        self.migrations = []

    def add_migration(self, project_id, **more):
        revision = 1 + sum(one.projectId == project_id for one in self.migrations)
        self.migrations.append(Migration(project_id, revision=revision, **more))
        return self.migrations[-1]

    def add_service(self, project_id):
        self.add_migration(project_id, status='SUCCESS')
        return self.add_migration(project_id, steps=STEPS)

    def delete_project(self, project_id):
        self.migrations = [one for one in self.migrations if one.projectId != project_id]

    def list_migrations(self, statuses, newest_first):
        assert statuses == OPEN and not newest_first
        return [Migration(**vars(one)) for one in self.migrations if one.status in statuses]

    def last_success(self, project_id):
        found = [one for one in self.migrations if one.projectId == project_id and one.status == 'SUCCESS']
        return found[-1] if found else None

    def save_progress(self, migration):
        for number, one in enumerate(self.migrations):
            if (one.projectId, one.revision) == (migration.projectId, migration.revision):
                self.migrations[number] = Migration(**vars(migration))

    def shown(self):
        return [(one.status, one.applied, one.errors) for one in self.migrations]


class WorkerTest(unittest.TestCase):
    def setUp(self):
        database = SimpleNamespace(driver_errors=(OSError,), session=contextlib.nullcontext)
        self.app = SimpleNamespace(store=MemoryStore(), version=Version('1.8.4'), environment={}, database=database)
        self.app.services = ServiceApi(self.app)
        self.worker = worker.Worker(self.app)

    def apply(self, pauses, change=lambda *_: None):
        """Applies what is open; `pauses` says what others do in each pause before a step, `change` what a step does."""
        pauses = iter(pauses)
        with mock.patch.object(worker.time, 'sleep', lambda _: next(pauses, lambda: None)()), \
                mock.patch.object(worker.Tables, 'apply', change):
            self.worker.apply_all()

    def test_steps_are_applied(self):
        self.app.store.add_service('a$b')
        self.apply([])
        self.assertEqual(self.app.store.shown(), [('SUCCESS', 0, []), ('SUCCESS', 2, [])])

    def test_what_follows_a_deleted_service_gets_nothing_of_its_migration(self):
        def replace():
            self.worker.delete('a$b')
            self.app.store.add_service('a$b')

        for number in range(3):
            applied = []
            self.app.store.add_service('a$b')
            self.apply([lambda: None] * number + [replace], lambda *given: applied.append(given[2]['name']))
            self.assertEqual(self.app.store.shown(), [('SUCCESS', 0, []), ('SUCCESS', 2, [])], number)
            self.assertEqual(applied[-2:], ['A', 'B'])
            self.app.store.delete_project('a$b')

    def test_a_step_that_fails_is_rolled_back(self):
        def fail(_tables, _session, step, *_):
            if step['name'] == 'B':
                raise ValueError('no')

        self.app.store.add_service('a$b')
        with mock.patch.object(worker.Tables, 'undo', lambda *_: None):
            self.apply([], fail)
        self.assertEqual(self.app.store.shown()[1][:2], ('ROLLBACK_SUCCESS', 1))

    def test_whoever_sees_the_end_of_a_migration_gets_its_schema(self):
        self.app.store.add_service('a$b')
        project = SimpleNamespace(id='a$b')
        seen = []
        save = self.app.store.save_progress

        def ask(migration):
            save(migration)
            if migration.status == 'SUCCESS':
                seen.append(self.app.services._lock.locked())  # pylint: disable=protected-access

        self.app.store.save_progress = ask
        self.app.services._known[project.id] = 'of before'  # pylint: disable=protected-access
        self.apply([])
        self.assertEqual((seen, self.app.services._known), ([True], {}))  # pylint: disable=protected-access


if __name__ == '__main__':
    unittest.main()
