
# Completes the names of stored studies.
_crossfold_studies() {
    local word i command="" folder=()
    _crossfold "$@"
    word="${COMP_WORDS[COMP_CWORD]}"
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "${COMP_WORDS[i]}" in
            --results) folder=(--results "${COMP_WORDS[i + 1]}") ;;
            @barred@) command="${COMP_WORDS[i]}" ;;
        esac
    done
    if [[ -n "$command" && "$word" != -* && "${COMP_WORDS[COMP_CWORD - 1]}" != -* ]]; then
        COMPREPLY=($(compgen -W "$(crossfold list "${folder[@]}" 2>/dev/null | sed '1d; s/ .*//')" -- "$word"))
    fi
}
complete -F _crossfold_studies -o nosort -o bashdefault -o default crossfold 2>/dev/null ||
    complete -F _crossfold_studies -o bashdefault -o default crossfold
