# shellcheck shell=bash disable=SC2034,SC2154,SC2016
# prismagraphql/prisma as a small Python program; the tags differ only in the version they claim to be.
# Sourced by build with $root (to fill), $full (for unpacked packages) and $here.

unpack "$full" python3-minimal libpython3-stdlib python3-pymysql python3-psycopg2 python3-yaml busybox-static tini

# The whole tree, without what a running interpreter never reads.
rm -rf "$full"/usr/share/{doc,man,locale,info,lintian,bug,doc-base,i18n,python3,perl,perl5,zsh,vim,bash-completion} \
    "$full"/usr/lib/*/{gconv,perl-base,perl} "$full"/var/{lib/apt,cache,lib/dpkg} "$full"/debs \
    "$full"/usr/lib/python3.*/{test,idlelib,lib2to3,ensurepip,distutils,tkinter,turtledemo,pydoc_data,unittest} \
    "$full"/usr/lib/python3/dist-packages/**/tests
rmdir "$root"
mv "$full" "$root"
full=$root skeleton
users prisma /app
interpreter=$(cd "$root/usr/bin" && find . -maxdepth 1 -name 'python3.[0-9]*' ! -name '*-config' | sort -V | tail -n 1)
interpreter=${interpreter#./}
ln -sf "$interpreter" "$root/usr/bin/python3"
mkdir -p "$root/app"
cp -r "$here/prisma/standin" "$root/app/"
find "$root/app" -name __pycache__ -prune -exec rm -rf {} +
# Compiled once here instead of at every start; unchecked, since the archive changes the files' times.
chroot "$root" "/usr/bin/$interpreter" -m compileall -q --invalidation-mode unchecked-hash \
    /usr/lib/python3* /app >/dev/null 2>&1 || true

what="a test server in Python that imitates a Prisma 1 server; not Prisma"
env="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONUNBUFFERED=1 PYTHONPATH=/app LANG=C.UTF-8"
volumes=
ports=4466/tcp
entrypoint="/tini -- /usr/bin/python3 -m standin"
cmd=
stop_signal=SIGTERM
