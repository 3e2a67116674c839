# Completions of `prisma` for fish: `prisma completions fish`
function __prisma_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l program prisma
    string match -q -- '*/*' $words[1]; and set program $words[1]
    set -l found ($program __complete $words 2>/dev/null)
    if test "$found[1]" = :files
        set -l flag (string match -r -- '^--[^=]+=' $words[-1])
        for path in (__fish_complete_path (string replace -- "$flag" '' $words[-1]))
            echo "$flag$path"
        end
    else if set -q found[1]
        printf '%s\n' $found
    end
end
complete -c prisma -f -k -a '(__prisma_complete)'
