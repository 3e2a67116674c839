# shellcheck shell=bash
# Files from the distribution's packages, unpacked without running any of their scripts.

# suite: the host's own release, e.g. bookworm, trixie, jammy, noble.
suite() {
    local name
    # shellcheck source=/dev/null
    name=$(. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-${DEBIAN_CODENAME:-}}")
    [ -n "$name" ] || fail 'this host is not a Debian or Ubuntu release (no VERSION_CODENAME in /etc/os-release)'
    printf '%s' "$name"
}

# sources: the host's package sources for its own release, in one-line format.
# Those of other publishers (another suite name, no component "main") are left out.
sources() {
    local release lines
    release=$(suite)
    lines=$({
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed 's/#.*//'
        local file
        for file in /etc/apt/sources.list.d/*.sources; do
            [ -e "$file" ] && deb822_to_lines "$file"
        done
        true
    } | awk -v release="$release" '
        $1 != "deb" { next }
        {
            line = $0
            # Options stand in brackets and may hold blanks.
            rest = $0; sub(/^[ \t]*deb[ \t]+/, "", rest); sub(/^\[[^]]*\][ \t]*/, "", rest)
            n = split(rest, word, /[ \t]+/)
            if (word[1] ~ /^cdrom:/) next
            name = word[2]; sub(/[-\/](updates|security)$/, "", name)
            if (name != release && name !~ /^(old)*stable$|^testing$|^unstable$|^sid$/) next
            main = 0
            for (i = 3; i <= n; i++) if (word[i] == "main" || word[i] == "universe") main = 1
            if (main && !seen[line]++) print line
        }')
    [ -n "$lines" ] || fail "no package sources for $release with component main in /etc/apt"
    printf '%s\n' "$lines"
}

# deb822_to_lines FILE: each stanza as one-line entries; a key inside a stanza is written to a file.
deb822_to_lines() {
    awk -v keys="$work/keys" -v name="$(basename "$1")" '
        function flush(   options, u, s, nu, ns, i, j, file) {
            if (field["types"] ~ /(^| )deb( |$)/ && tolower(field["enabled"]) != "no") {
                options = ""
                if (field["signed-by"] ~ /BEGIN PGP/) {
                    system("mkdir -p \"" keys "\"")
                    file = keys "/" name "-" ++count ".asc"
                    printf "%s", key > file; close(file)
                    options = options " signed-by=" file
                } else if (field["signed-by"] != "") {
                    gsub(/[ \t]+/, ",", field["signed-by"]); options = options " signed-by=" field["signed-by"]
                }
                if (tolower(field["trusted"]) == "yes") options = options " trusted=yes"
                if (field["architectures"] != "") {
                    gsub(/[ \t]+/, ",", field["architectures"]); options = options " arch=" field["architectures"]
                }
                nu = split(field["uris"], u, /[ \t]+/); ns = split(field["suites"], s, /[ \t]+/)
                for (i = 1; i <= nu; i++) for (j = 1; j <= ns; j++)
                    print "deb" (options == "" ? "" : " [" substr(options, 2) "]"), u[i], s[j], field["components"]
            }
            split("", field); key = ""; current = ""
        }
        /^[ \t]*#/ { next }
        /^[ \t]*$/ { flush(); next }
        /^[ \t]/ {
            text = $0; sub(/^[ \t]+/, "", text)
            if (current == "signed-by" && (key != "" || text ~ /BEGIN PGP/)) key = key (text == "." ? "" : text) "\n"
            field[current] = field[current] (field[current] == "" ? "" : " ") text
            next
        }
        {
            colon = index($0, ":"); current = tolower(substr($0, 1, colon - 1))
            value = substr($0, colon + 1); gsub(/^[ \t]+|[ \t]+$/, "", value); field[current] = value
        }
        END { flush() }' "$1"
}

# unpack DIR PACKAGE... [-- mmdebstrap option...]: packages and all they depend on, with one merged /usr.
# A name may be an apt pattern such as '?name(^mariadb-server-core)', because version numbers are part of names.
unpack() {
    local dir=$1 include=() options=() line
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do include+=("--include=$1"); shift; done
    [ $# -eq 0 ] || shift
    # What the host's apt was told about proxies and clocks holds for this run too.
    while read -r line; do options+=("--aptopt=$line"); done < <(
        apt-config dump Acquire 2>/dev/null |
            grep -E '^Acquire::(Check-(Valid-Until|Date)|Retries|https?::([^ ]*::)?Proxy|https?::Timeout) ' || true
    )
    sources | mmdebstrap --quiet --variant=extract "${include[@]}" "${options[@]}" "$@" "$(suite)" "$dir" - ||
        fail 'mmdebstrap could not fetch or unpack the packages (see above)'
    merge_usr "$dir"
}

# merge_usr DIR: /bin, /sbin, /lib, /lib64 become links into /usr, as on an installed system.
merge_usr() {
    local name
    for name in bin sbin lib lib64; do
        if [ -d "$1/$name" ] && [ ! -L "$1/$name" ]; then
            mkdir -p "$1/usr/$name"
            cp -a "$1/$name/." "$1/usr/$name/"
            rm -rf "${1:?}/$name"
        fi
        if [ -d "$1/usr/$name" ] && [ ! -e "$1/$name" ]; then ln -s "usr/$name" "$1/$name"; fi
    done
}

# skeleton: an empty root file system in $root, with busybox as shell and tini as first process, both from $full.
skeleton() {
    mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,dev,proc,sys,etc,run,tmp,var}
    [ ! -d "$full/usr/lib64" ] || mkdir -p "$root/usr/lib64"
    merge_usr "$root"
    ln -sfn ../run "$root/var/run"
    chmod 1777 "$root/tmp"
    [ "$full" = "$root" ] || cp "$full/usr/bin/busybox" "$root/usr/bin/"
    cp "$full/usr/bin/tini-static" "$root/tini"
    chroot "$root" /bin/busybox --install -s /usr/bin
}

# users NAME HOME: root and one unprivileged account (999, as in the official images).
users() {
    printf 'root:x:0:0:root:/root:/bin/sh\n%s:x:999:999::%s:/bin/sh\n' "$1" "$2" >"$root/etc/passwd"
    printf 'root:x:0:\n%s:x:999:\n' "$1" >"$root/etc/group"
}

# loader: path of the dynamic loader inside $full.
loader() {
    (cd "$full" && find usr/lib64 usr/lib -maxdepth 2 \( -name 'ld-linux*.so.*' -o -name 'ld-musl*.so.*' \) 2>/dev/null | head -n 1)
}

# resolved PATH: where a file of $full really is, as the host sees it. A link may be absolute, and would lead out of it.
resolved() { printf '%s%s' "$full" "$(chroot "$full" /usr/bin/busybox readlink -f "/$1")"; }

# copy_binaries PATH...: files of $full (paths without leading /) into $root, with every library they need.
copy_binaries() {
    local file ld
    ld=$(loader)
    [ -n "$ld" ] || fail "no dynamic loader among the unpacked packages"
    install -D "$(resolved "$ld")" "$root/$ld"
    for file in "$@"; do
        install -D "$(resolved "$file")" "$root/$file"
        chroot "$full" "/$ld" --list "/$file"
    done | awk '/=> \//{ print $3 }' | sort -u | while read -r file; do
        # Libraries are reported by their search path, which may be a link.
        install -D -m 755 "$(resolved "${file#/}")" "$root$file"
    done
}
