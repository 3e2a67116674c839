# shellcheck shell=bash
# Completions of `prisma` for bash: `prisma completions bash`
_prisma() {
    local program=prisma words=("${COMP_WORDS[0]}") last=0 glued='' piece i word typed prefix
    [[ $1 == */* ]] && program=$1
    # bash breaks words at `=` and `:`; put them together again
    for ((i = 1; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]}
        if [[ -n $glued || $piece == [=:]* ]]; then
            words[last]+=$piece
        else
            words[++last]=$piece
        fi
        glued=''
        if [[ $piece == *[=:] ]]; then glued=yes; fi
    done
    typed=${words[last]}
    prefix=${typed%"${typed##*[=:]}"}
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        if [[ $word == :files ]]; then
            compopt -o default -o filenames
            return
        fi
        COMPREPLY+=("${word#"$prefix"}")
    done < <("$program" __complete "${words[@]}" 2>/dev/null)
} 2>/dev/null
complete -o nosort -F _prisma prisma 2>/dev/null || complete -F _prisma prisma
