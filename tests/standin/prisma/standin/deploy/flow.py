"""The deploy mutation: from a datamodel to a stored migration, which the worker applies afterwards.

Deviation: the older servers check subscriptions by calling themselves at CLUSTER_ADDRESS. The stand-in only sees
whether that address answers, and looks at the subscriptions itself.
"""

import threading
import urllib.error
import urllib.request

from ..errors import busy
from ..service import subscriptions
from ..store import Migration
from . import datamodel, destructive, rules, rules_early, steps
from .tables import Tables


class Deployer:
    def __init__(self, app):
        self.app = app
        # Between looking for an open migration and storing a new one no other request may do the same.
        self._storing = threading.Lock()

    def deploy(self, project, given):
        app, version = self.app, self.app.version
        definitions = datamodel.parse(given['types'])
        found = rules.check(definitions, version, app.config.connector)
        if found:
            return _payload(errors=found)
        if not version.since(1, 31):
            rules_early.check_relation_names(definitions, version)
        schema, renames = datamodel.build(definitions, version.is_late)
        last = app.store.last_success(project.id)
        inferred = [] if self._is_passive(given) else steps.infer(last.schema, schema, renames, version)
        functions = given.get('subscriptions') or []
        found = self._check_subscriptions(project, schema if version.knows_new_types_in_subscriptions else last.schema,
                                          functions)
        if found:
            return _payload(errors=found, migration=self._dummy(project))

        warnings = []
        if version.is_late and given.get('noMigration'):
            found = self._missing_tables(project, schema)
            if found:
                return _payload(errors=found)
        if version.checks_data:
            warnings, found = self._check_data(project, inferred, last.schema, schema)
            warnings = rules.warnings(definitions, version) + warnings
            if found and version.since(1, 10):
                return _payload(found, [], None)
            if found or warnings and not given.get('force'):
                return _payload(found, warnings, self._dummy(project), inferred)

        secrets = given.get('secrets') or []
        changes_secrets = secrets != project.secrets
        # Only the migration has this step, not the answer to the deployment.
        steps_ = [*inferred, {'type': 'UpdateSecrets', 'message': 'Secrets have been updated.'}
                  ] if version.has_secrets_step and changes_secrets else inferred
        if given.get('dryRun'):
            return _payload(warnings=warnings, steps_=inferred)
        if changes_secrets and not version.has_secrets_step:
            app.store.set_secrets(project.id, secrets)
        changes_schema = self._is_passive(given) and schema != last.schema
        if not steps_ and not functions and not changes_schema:
            return _payload(warnings=warnings)
        migration = self._store(Migration(project.id, steps=steps_, schema=schema, functions=functions,
                                          datamodel=given['types'], secrets=secrets))
        return _payload(warnings=warnings, migration=migration, steps_=inferred)

    def _check_data(self, project, inferred, before, after):
        app = self.app
        try:
            with app.database.session() as session:
                tables = Tables(app.database, project.id)
                return destructive.check(tables, session, inferred, (before, after), app.version)
        except app.database.driver_errors:
            # The tables may be half way to another schema.
            if app.store.open_migration(project.id):
                raise busy(app.version) from None
            raise

    def _missing_tables(self, project, schema):
        """Without a migration, the tables have to be there."""
        with self.app.database.session() as session:
            return [rules.problem(name, f'Could not find the table for the model `{name}` in the database.')
                    for name in (model['name'] for model in schema['models'])
                    if not self.app.database.has_table(session, project.id, name)]

    def _store(self, migration):
        # Without the lock on the database a deploy waits, while everything else works.
        self.app.exclusive.wait()
        with self._storing:
            if self.app.store.open_migration(migration.projectId):
                raise busy(self.app.version)
            migration = self.app.store.add_migration(migration)
        self.app.worker.wake()
        return migration

    def _is_passive(self, given):
        """Nothing in the database is touched: a passive connector, later an argument of the deploy."""
        if self.app.version.is_late:
            return bool(given.get('noMigration'))
        return not self.app.config.migrations

    def _dummy(self, project):
        return None if self.app.version.is_late else Migration(project.id)

    def _check_subscriptions(self, project, schema, functions):
        """Against the schema that is deployed now, before 1.15.3: a subscription to a type that is new fails there."""
        if functions and not self.app.version.since(1, 2):
            self._call_cluster_address(project)
        found = []
        for function in functions:
            text = subscriptions.problem(schema, function['query'])
            if text:
                found.append(rules.problem('Subscription', text, function['name']))
        return found[:1] if self.app.version.since(1, 10) else found

    def _call_cluster_address(self, project):
        address = self.app.environment.get('CLUSTER_ADDRESS', '')
        if project.secrets:
            raise RuntimeError('the request to validate subscriptions was refused: it carries the secret, not a token')
        try:
            with urllib.request.urlopen(f'{address}/status', timeout=5):
                pass
        except (ValueError, OSError, urllib.error.URLError) as problem:
            raise RuntimeError(f'could not reach CLUSTER_ADDRESS to validate subscriptions: {problem}') from None


def _payload(errors=(), warnings=(), migration=None, steps_=()):
    return {'errors': list(errors), 'warnings': list(warnings), 'migration': migration, 'steps': list(steps_)}
