#!/bin/sh
# Stand-in for the entry point of the postgres image: the same variables and messages; port 5432 opens only after
# the first start's set-up is complete.
set -e
case $1 in -*) set -- postgres "$@" ;; esac

export PGDATA="${PGDATA:-/var/lib/postgresql/data}"
# shellcheck disable=SC2016
as_postgres() { su -s /bin/sh postgres -c 'exec "$0" "$@"' -- "$@"; }
holds_something() { [ -n "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found)" ]; }

set_up() {
    user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
    method=${POSTGRES_HOST_AUTH_METHOD:-md5}
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
        echo >&2 'Error: Database is uninitialized and superuser password is not specified.'
        echo >&2 '       You must specify POSTGRES_PASSWORD to a non-empty value for the'
        echo >&2 '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".'
        exit 1
    fi
    # Created in a subfolder and moved up when complete, so that an interrupted first start is repeated.
    new=$PGDATA/.stand-in-new
    if [ -e "$new" ]; then
        rm -rf "${PGDATA:?}"/* "$new"
    elif holds_something "$PGDATA"; then
        echo >&2 'Error: this volume holds data that a real PostgreSQL server wrote; the stand-in leaves it alone.'
        echo >&2 '       Use the real image with it, or another volume with the stand-in.'
        exit 1
    fi
    umask 077
    printf '%s\n' "${POSTGRES_PASSWORD:-unused}" >/tmp/password
    chown postgres /tmp/password
    as_postgres initdb --username="$user" --pwfile=/tmp/password --auth-local=trust --auth-host="$method" --no-sync \
        --no-instructions -E UTF8 --locale=C.UTF-8 -D "$new"
    rm -f /tmp/password
    printf 'host all all all %s\n' "$method" >>"$new/pg_hba.conf"
    printf "listen_addresses = '*'\nfsync = off\n" >>"$new/postgresql.conf"
    if [ "$database" != postgres ]; then
        printf 'CREATE DATABASE "%s"\n' "$(printf '%s' "$database" | sed 's/"/""/g')" |
            as_postgres postgres --single -j -D "$new" postgres >/dev/null
    fi
    mv "$new"/* "$PGDATA"/
    touch "$PGDATA/.stand-in-complete"
    rmdir "$new"
    echo 'PostgreSQL init process complete; ready for start up.'
}

if [ "$1" = postgres ]; then
    echo 'This is a STAND-IN for tests: the distribution'"'"'s PostgreSQL instead of the official image.'
    mkdir -p "$PGDATA" /run/postgresql
    chown postgres:postgres "$PGDATA" /run/postgresql
    chmod 700 "$PGDATA"
    [ -e "$PGDATA/.stand-in-complete" ] || set_up
    # shellcheck disable=SC2016
    exec su -s /bin/sh postgres -c 'exec "$0" "$@"' -- "$@"
fi
exec "$@"
