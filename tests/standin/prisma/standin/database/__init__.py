"""The database behind the server: connections, and where MySQL and PostgreSQL differ.

Nothing here retries: that is up to the start of the server.
"""

from .base import DatabaseProblem


def open_database(config):
    """A connected database of the configured kind, or DatabaseProblem."""
    if config.connector == 'mysql':
        from .mysql import MySql  # pylint: disable=import-outside-toplevel
        return MySql(config)
    from .postgres import Postgres  # pylint: disable=import-outside-toplevel
    return Postgres(config)


__all__ = ['DatabaseProblem', 'open_database']
