# Completions of `prisma` for elvish: `prisma completions elvish`
use str
set edit:completion:arg-completer[prisma] = {|@words|
    var lines = []
    try {
        set lines = [(e:prisma __complete $@words 2>/dev/null | from-lines)]
    } catch e { }
    for line $lines {
        if (eq $line :files) {
            edit:complete-filename $words[-1]
        } else {
            var word help = (str:split "\t" $line)
            edit:complex-candidate $word &display=$word'   '$help
        }
    }
}
