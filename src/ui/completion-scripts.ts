/**
 * Completion for shells. The scripts know nothing of tinydocker: they ask `tinydocker completion --candidates -- WORD...`, whose answer is a line for each candidate,
 * with a tab and its description behind it; ":files" or ":directories" lets the shell add paths. So they fit any version.
 */

const BASH = String.raw`# tinydocker completion for bash (4.4 or newer); load it with:
#   source <(tinydocker completion bash)

_tinydocker() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() at=-1 index word value kept
  # bash takes words apart at ":" and "=" as well: what no blank divides is one word.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    if [[ $index == 0 || $rest == [[:space:]]* ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words[++at]=
    fi
    word=\${COMP_WORDS[index]}
    ((index < COMP_CWORD)) || word=$rest
    words[at]+=$word
    rest=\${rest#"$word"}
  done
  # bash replaces only what stands behind the last of them.
  word=\${words[at]} kept=
  [[ $COMP_WORDBREAKS != *[:=]* ]] || kept=\${word%"\${word##*[:=]}"}
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    case $value in
      :files) _tinydocker_paths -f "$word" "$kept" ;;
      :directories) _tinydocker_paths -d "$word" "$kept" ;;
      *)
        COMPREPLY+=("\${value#"$kept"}")
        [[ $value != *: ]] || compopt -o nospace
        ;;
    esac
  done < <("\${1/#\~/$HOME}" completion --candidates -- "\${words[@]:1}" 2>/dev/null)
}

# Adds the paths that begin as the word does, or as the value in --option=value.
_tinydocker_paths() {
  local path start=$2
  [[ $start != --*=* ]] || start=\${start#*=}
  compopt -o filenames
  while IFS= read -r path; do
    [[ -z $3 || $2 == --*=* ]] || path=\${path#"$3"}
    COMPREPLY+=("$path")
  done < <(compgen "$1" -- "$start")
}

complete -F _tinydocker tinydocker
`;

const ZSH = String.raw`#compdef tinydocker
# tinydocker completion for zsh; load it after compinit with:
#   source <(tinydocker completion zsh)
# or save it as _tinydocker in a directory of $fpath.

_tinydocker() {
  local line value paths program=\${~words[1]}
  local -a asked plain open
  # The words as they will be without their quotes; the last is what stands before the cursor.
  asked=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  for line in "\${(@f)$("$program" completion --candidates -- "\${(@)asked}" 2>/dev/null)}"; do
    value=\${line%%$'\t'*}
    case $line in
      '') ;;
      :files | :directories) paths=$line ;;
      *:) open+=("$value") ;;
      *$'\t'*) plain+=("\${value//:/\\:}:\${line#*$'\t'}") ;;
      *) plain+=("\${value//:/\\:}") ;;
    esac
  done
  local -i found=1
  ((\${#plain})) && _describe -t values tinydocker plain && found=0
  ((\${#open})) && compadd -S '' -a open && found=0
  if [[ -n $paths ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    if [[ $paths == :directories ]]; then _files -/ && found=0; else _files && found=0; fi
  fi
  return found
}

if [[ $funcstack[1] == _tinydocker ]]; then
  _tinydocker "$@"
else
  compdef _tinydocker tinydocker
fi
`;

const FISH = String.raw`# tinydocker completion for fish; load it with:
#   tinydocker completion fish | source
# or save it as ~/.config/fish/completions/tinydocker.fish.

function __tinydocker_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    # A word may have an option in front: --output=FILE.
    set -l option (string match -r -- '^--[^=]*=' $current)
    set -l start (string replace -r -- '^--[^=]*=' '' "$current")
    for line in ($program completion --candidates -- $words "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$start" | string replace -r -- '^' "$option"
            case ':directories'
                __fish_complete_directories "$start" | string replace -r -- '^' "$option"
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c tinydocker -f -a '(__tinydocker_candidates)'
`;

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The script for a shell, which the user sources. */
export function completionScript(shell: Shell): string {
  const text = { bash: BASH, zsh: ZSH, fish: FISH }[shell];
  // A template would take "${" for its own.
  return text.replaceAll('\\${', '${');
}
