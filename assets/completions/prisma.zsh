#compdef prisma
# Completions of `prisma` for zsh: `prisma completions zsh`
_prisma() {
    local program=prisma line word help
    local -a found offered
    [[ $words[1] == */* ]] && program=$words[1]
    found=("${(@f)$("$program" __complete "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    for line in $found; do
        word=${line%%$'\t'*}
        if [[ $word == :files ]]; then
            [[ $PREFIX == --*=* ]] && compset -P '*='
            _files
            return
        fi
        help=${line#*$'\t'}
        offered+=("${word//:/\\:}${help:+:$help}")
    done
    (( $#offered )) && _describe -V prisma offered
}
# autoloaded from `fpath`, or sourced
if [[ $funcstack[1] == _prisma ]]; then _prisma "$@"; else compdef _prisma prisma; fi
