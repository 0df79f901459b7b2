# Completes the names of stored studies.
_crossfold_studies() {
    local -a folder studies
    [[ -n "$opt_args[--results]" ]] && folder=(--results "$opt_args[--results]")
    studies=(${(f)"$(crossfold list $folder 2>/dev/null | sed '1d; s/ .*//')"})
    compadd -a studies
}

