# shellcheck shell=bash
# Writes an image archive in the form "docker save" makes, directly: no engine, no builder, and one layer shared by
# every tag. "docker load" of it is at once the build's last step and the cache.

# archive_begin DIR
archive_begin() {
    archive_dir=$1
    mkdir -p "$archive_dir"
    archive_manifest=
}

# archive_layer ROOT: the root file system as the images' only layer.
archive_layer() {
    tar --create --file "$archive_dir/layer.tar" --directory "$1" --sort=name --mtime=@0 --numeric-owner .
    archive_layer_id=$(sha256sum "$archive_dir/layer.tar" | cut -d' ' -f1)
}

# json_list "WORD WORD": the words (which hold no blanks or quotes) as a JSON array's inside.
json_list() {
    local word list=
    for word in $1; do list+=",\"$word\""; done
    printf '%s' "${list#,}"
}

# json_keys "WORD WORD": {"WORD":{},...}
json_keys() {
    local word list=
    for word in $1; do list+=",\"$word\":{}"; done
    printf '{%s}' "${list#,}"
}

# archive_image TAG ENVIRONMENT HASH: one tagged image; the rest comes from the recipe's variables
# (what, env, volumes, ports, entrypoint, cmd, stop_signal).
archive_image() {
    local tag=$1 environment=$2 hash=$3 config id
    config=$(
        cat <<JSON
{"architecture":"$(dpkg --print-architecture)","os":"linux","created":"$(date -u +%Y-%m-%dT%H:%M:%SZ)",
"config":{"Env":[$(json_list "$env $environment")],"Entrypoint":[$(json_list "$entrypoint")],"Cmd":[$(json_list "$cmd")],
"Volumes":$(json_keys "$volumes"),"ExposedPorts":$(json_keys "$ports"),"StopSignal":"$stop_signal",
"Labels":{"$LABEL":"$what","$LABEL_INPUTS":"$hash"}},
"rootfs":{"type":"layers","diff_ids":["sha256:$archive_layer_id"]},
"history":[{"created":"1970-01-01T00:00:00Z","created_by":"tests/standin/build","comment":"$what"}]}
JSON
    )
    id=$(printf '%s' "$config" | sha256sum | cut -d' ' -f1)
    printf '%s' "$config" >"$archive_dir/$id.json"
    archive_manifest+=",{\"Config\":\"$id.json\",\"RepoTags\":[\"$tag\"],\"Layers\":[\"layer.tar\"]}"
}

# archive_finish FILE: complete or not at all, since the next run trusts it.
archive_finish() {
    printf '[%s]' "${archive_manifest#,}" >"$archive_dir/manifest.json"
    tar --create --directory "$archive_dir" manifest.json layer.tar $(cd "$archive_dir" && ls ./*.json | grep -v '/manifest.json') |
        gzip -1 >"$1.partial"
    mv "$1.partial" "$1"
}
