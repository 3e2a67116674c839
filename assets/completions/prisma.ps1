# Completions of `prisma` for PowerShell: `prisma completions powershell`
Register-ArgumentCompleter -Native -CommandName prisma -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursor } |
        ForEach-Object { $_.Extent.Text })
    # Many versions lose an empty argument on the way
    $ask = if ($word -eq '') { '__complete:new' } else { '__complete' }
    & prisma $ask @words 2>$null | ForEach-Object {
        $found, $help = $_ -split "`t", 2
        # Nothing offered: PowerShell offers files
        if ($found -ne ':files') {
            if (-not $help) { $help = $found }
            [System.Management.Automation.CompletionResult]::new($found, $found, 'ParameterValue', $help)
        }
    }
}
