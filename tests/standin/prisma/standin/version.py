"""What the imitated version does and does not do.

The boundaries are those of the real server where they are known, else the nearest release that was looked at.
"""

import re


class Version:
    def __init__(self, text):
        """`text` as baked into an image: `1.8.4`, but also `1.8` or `1.9-beta-3`."""
        self.text = text
        numbers = [int(number) for number in re.findall(r'\d+', text)[:3]]
        self.numbers = tuple(numbers + [0] * (3 - len(numbers)))

    def since(self, *numbers):
        return self.numbers >= numbers + (0,) * (3 - len(numbers))

    # Start

    @property
    def reads_prisma_config(self):
        return self.since(1, 7)

    @property
    def knows_legacy_secret(self):
        return not self.since(1, 27)

    @property
    def log_prefix(self):
        return '[INFO] ' if self.since(1, 30) else ''

    @property
    def locks_when_managed(self):
        """The lock is asked for at the first management request, not at the start."""
        return self.since(1, 4) and not self.since(1, 8, 3)

    def holds_lock(self, connector):
        return connector == 'mysql' or not self.since(1, 27)

    def lock_patience(self, connector):
        """Seconds until the server ends without the lock; 0: it waits for ever."""
        if connector == 'mysql' and not self.since(1, 4):
            return 0
        return 60 if connector == 'mysql' and not self.since(1, 12) else 300

    # HTTP

    @property
    def management_paths(self):
        if not self.since(1, 8):
            return ('cluster',)
        if self.numbers == (1, 8, 0) or self.since(1, 30):
            return ('management',)
        return ('management', 'cluster')

    @property
    def management_path_is_exact(self):
        return self.since(1, 30)

    @property
    def default_service_parts(self):
        """Missing parts of a service path read as `default`."""
        return self.since(1, 6)

    @property
    def has_status_route(self):
        return not self.since(1, 6) or self.since(1, 30)

    @property
    def plain_error_body(self):
        """The service API's errors before they took the form of GraphQL errors."""
        return not self.since(1, 4)

    @property
    def batches_management(self):
        return self.since(1, 30)

    def request_id_prefix(self, api):
        if self.since(1, 22):
            return 'local'
        if self.since(1, 6):
            return f'local:{api}' if self.since(1, 8) or api == 'api' else 'local:cluster'
        return 'cluster:cluster' if api == 'management' else 'api:api'

    # Management API

    @property
    def has_cluster_info(self):
        return not self.since(1, 30)

    @property
    def has_server_info(self):
        return self.since(1, 8)

    @property
    def id_value(self):
        """What the value of an id is called within."""
        return 'Id' if self.since(1, 2) else 'GraphQLId'

    @property
    def converts_columns(self):
        """A field that gets another type keeps its column, and the values in it must convert."""
        return not self.checks_data

    @property
    def guards_lists(self):
        return self.since(1, 4)

    @property
    def log_owner(self):
        """Whose log an internal error refers to."""
        return 'server' if self.since(1, 8) else 'cluster'

    @property
    def has_project_token(self):
        return self.since(1, 2)

    @property
    def has_force(self):
        """`force` and `warnings`."""
        return self.since(1, 4, 1)

    @property
    def checks_data(self):
        """A migration that would lose or violate rows needs `force`, or is refused."""
        return self.since(1, 6, 1)

    @property
    def warns_of_the_model(self):
        """Of a field that is lost, the warning names its model, not the field twice."""
        return self.since(1, 27)

    @property
    def warns_of_the_model_retyped(self):
        return self.since(1, 34)

    @property
    def has_cloud_secret(self):
        return self.since(1, 11)

    @property
    def has_metric_key(self):
        return self.since(1, 4) and not self.since(1, 30)

    @property
    def is_late(self):
        """The last generation: `steps` on the payload, `noMigration`, `datamodel`, no dummy migration."""
        return self.since(1, 30)

    @property
    def has_secrets_step(self):
        return self.since(1, 4)

    @property
    def renames_in_two_steps(self):
        return self.since(1, 8, 3) and not self.since(1, 29)

    @property
    def knows_new_types_in_subscriptions(self):
        return self.since(1, 15, 3)

    @property
    def has_reserved_names(self):
        return self.since(1, 8)

    @property
    def busy_code(self):
        return 4008 if self.since(1, 8) else 4004

    # Auth

    @property
    def has_symmetric_auth(self):
        return self.since(1, 6, 3)

    @property
    def service_tokens_expire(self):
        return self.since(1, 2)
