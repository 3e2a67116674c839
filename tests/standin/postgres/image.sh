# shellcheck shell=bash disable=SC2034,SC2154,SC2016
# postgres as the distribution's own PostgreSQL, without its LLVM compiler and the cluster tools.
# Sourced by build with $root (to fill), $full (for unpacked packages) and $here.

unpack "$full" postgresql busybox-static tini libc-bin

skeleton
users postgres /var/lib/postgresql
home=$(cd "$full" && find usr/lib/postgresql -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1)
version=$(basename "$home")
binaries=()
for program in postgres initdb psql pg_isready pg_ctl pg_dump pg_restore; do
    binaries+=("$home/bin/$program")
    ln -s "/$home/bin/$program" "$root/usr/bin/$program"
done
for module in plpgsql dict_snowball libpqwalreceiver pgcrypto citext pg_trgm; do
    binaries+=("$home/lib/$module.so")
done
copy_binaries "${binaries[@]}"

mkdir -p "$root/usr/share/postgresql/$version" "$root/usr/share/zoneinfo" "$root/usr/lib/locale" \
    "$root/run/postgresql" "$root/var/lib/postgresql/data"
cp -r "$full/usr/share/postgresql/$version/." "$root/usr/share/postgresql/$version/"
cp -r "$full/usr/share/zoneinfo/Etc" "$full/usr/share/zoneinfo/UTC" "$root/usr/share/zoneinfo/"
# initdb --locale=C.UTF-8 needs its files.
find "$full/usr/lib/locale" -maxdepth 1 -iname 'C.utf*8' -exec cp -r {} "$root/usr/lib/locale/" \;
chown -R 999:999 "$root/run/postgresql" "$root/var/lib/postgresql"
install -m 755 "$here/postgres/entrypoint.sh" "$root/entrypoint.sh"

what="PostgreSQL $version from $(suite), for tests"
env="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=/var/lib/postgresql/data"
volumes=/var/lib/postgresql/data
ports=5432/tcp
entrypoint='/tini -- /entrypoint.sh'
cmd=postgres
# Fast shutdown, as in the official image.
stop_signal=SIGINT
