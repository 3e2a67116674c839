#!/bin/sh
# Stand-in for the entry point of the mysql:5.7 image, on MariaDB: the same variables, the same messages, and port
# 3306 opens only after the first start's set-up is complete.
set -e
case $1 in -*) set -- mysqld "$@" ;; esac

data=/var/lib/mysql
quoted() { printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/''/g"; }
# shellcheck disable=SC2016
name() { printf '%s' "$1" | sed -e 's/`/``/g'; }
holds_something() { [ -n "$(find "$1" -mindepth 1 -maxdepth 1 ! -name lost+found)" ]; }

set_up() {
    if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        echo >&2 'error: database is uninitialized and password option is not specified '
        echo >&2 '  You need to specify one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD and MYSQL_RANDOM_ROOT_PASSWORD'
        exit 1
    fi
    if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
        echo "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
    fi
    if [ -e "$data/.stand-in-incomplete" ]; then
        rm -rf "${data:?}"/*
    elif holds_something "$data"; then
        echo >&2 'error: this volume holds data that a real MySQL server wrote; the stand-in leaves it alone.'
        echo >&2 '  Use the real image with it, or another volume with the stand-in.'
        exit 1
    fi
    echo 'Initializing database'
    # An interrupted first start is repeated; the real image would fail forever.
    touch "$data/.stand-in-incomplete"
    {
        cat /usr/share/mysql/bootstrap.sql
        echo "SET SESSION sql_mode='';"
        echo 'FLUSH PRIVILEGES;'
        echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$(quoted "$MYSQL_ROOT_PASSWORD")';"
        if [ "${MYSQL_ROOT_HOST-%}" != localhost ]; then
            host=$(quoted "${MYSQL_ROOT_HOST:-%}")
            echo "CREATE USER 'root'@'$host' IDENTIFIED BY '$(quoted "$MYSQL_ROOT_PASSWORD")';"
            echo "GRANT ALL ON *.* TO 'root'@'$host' WITH GRANT OPTION;"
        fi
        [ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS \`$(name "$MYSQL_DATABASE")\`;"
        if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_PASSWORD" ]; then
            echo "CREATE USER '$(quoted "$MYSQL_USER")'@'%' IDENTIFIED BY '$(quoted "$MYSQL_PASSWORD")';"
            [ -z "$MYSQL_DATABASE" ] ||
                echo "GRANT ALL ON \`$(name "$MYSQL_DATABASE" | sed 's/_/\\_/g')\`.* TO '$(quoted "$MYSQL_USER")'@'%';"
        fi
        echo 'FLUSH PRIVILEGES;'
    } >/tmp/set-up.sql
    # Without the command's options: under --sql-mode=...ORACLE... the system tables' SQL would not parse.
    mysqld --user=root --bootstrap --silent-startup </tmp/set-up.sql
    rm -f /tmp/set-up.sql
    mv "$data/.stand-in-incomplete" "$data/.stand-in-complete"
    chown -R mysql:mysql "$data"
    echo 'MySQL init process done. Ready for start up.'
}

if [ "$1" = mysqld ]; then
    echo 'This is a STAND-IN for tests: MariaDB instead of MySQL 5.7.'
    [ -e "$data/.stand-in-complete" ] || set_up
    shift
    set -- mysqld --user=mysql "$@"
fi
exec "$@"
