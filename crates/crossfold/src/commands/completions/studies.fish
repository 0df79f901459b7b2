
# Completes the names of stored studies.
complete -c crossfold -n "__fish_crossfold_using_subcommand @spaced@" -f -a "(crossfold list 2>/dev/null | sed '1d; s/ .*//')"
