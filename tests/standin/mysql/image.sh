# shellcheck shell=bash disable=SC2034,SC2154,SC2016
# mysql:5.7 as MariaDB: server, client, mysqladmin, mysqldump, and what they need.
# Sourced by build with $root (to fill), $full (for unpacked packages) and $here.

# mysqladmin and mysqldump come in a package that depends on Perl; only its files are wanted.
unpack "$full" '?name("^mariadb-server-core(-[0-9.]+)?$")!~v' '?name("^mariadb-client-core(-[0-9.]+)?$")!~v' busybox-static tini -- \
    --extract-hook='mkdir "$1/debs" && cd "$1/debs" && export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" &&
        apt-get download -qq -o APT::Sandbox::User=root "?name(\"^mariadb-client(-[0-9.]+)?\$\")!~v" >/dev/null && for deb in *.deb; do dpkg-deb -x "$deb" "$1"; done'
merge_usr "$full"

skeleton
users mysql /var/lib/mysql
for program in mysqld mariadbd; do [ -e "$full/usr/sbin/$program" ] && server=$(resolved "usr/sbin/$program"); done
copy_binaries "${server#"$full/"}"
[ -e "$root/usr/sbin/mysqld" ] || ln -s "$(basename "$server")" "$root/usr/sbin/mysqld"
for program in mysql mysqladmin mysqldump; do
    client=$(resolved "usr/bin/$program")
    copy_binaries "${client#"$full/"}"
    [ -e "$root/usr/bin/$program" ] || ln -s "$(basename "$client")" "$root/usr/bin/$program"
done

# Named after either product, depending on the release.
for share in usr/share/mariadb usr/share/mysql; do [ ! -d "$full/$share/english" ] || break; done
mkdir -p "$root/$share" "$root/usr/share/mysql" "$root/etc/mysql" "$root/run/mysqld" "$root/var/lib/mysql"
cp -r "$full/$share/english" "$full/$share/charsets" "$root/$share/"
chown 999:999 "$root/run/mysqld" "$root/var/lib/mysql"
cp "$here/mysql/my.cnf" "$root/etc/mysql/my.cnf"
ln -s mysql/my.cnf "$root/etc/my.cnf"
install -m 755 "$here/mysql/entrypoint.sh" "$root/entrypoint.sh"

# The system tables, by the SQL that mysql_install_db would feed to the server.
{
    printf '%s\n' 'create database if not exists mysql;' 'use mysql;' 'SET @auth_root_socket=NULL;'
    for name in system_tables performance_tables system_tables_data; do
        cat "$full/$share/mariadb_$name.sql" 2>/dev/null || cat "$full/$share/mysql_$name.sql"
    done
    cat "$full/$share/maria_add_gis_sp_bootstrap.sql"
    printf '%s\n' "DELETE FROM global_priv WHERE Host<>'localhost' AND User='root';" \
        "DELETE FROM proxies_priv WHERE Host<>'localhost';"
} >"$root/usr/share/mysql/bootstrap.sql"

what="MariaDB $(chroot "$root" /usr/sbin/mysqld --version 2>/dev/null | sed 's/.*Ver \([0-9.]*\).*/\1/') from $(suite) instead of MySQL 5.7, for tests"
env="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
volumes=/var/lib/mysql
ports='3306/tcp 33060/tcp'
entrypoint='/tini -- /entrypoint.sh'
cmd=mysqld
stop_signal=SIGTERM
