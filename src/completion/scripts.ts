export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * Each asks the program that is being typed (quintet, ./quintet, a path) what may come, with the words as they are:
 * nothing of what was typed is ever evaluated.
 */
export const SCRIPTS: Record<Shell, string> = {
  bash: `# Completion of quintet for bash 3.2 or newer.
_quintet() {
  local IFS=$' \\t\\n' program=\${COMP_WORDS[0]/#\\~\\//$HOME/} word join= kind value rest last before=
  local -a words=()
  # bash splits words at "=" and ":", quintet does not.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    last=$((\${#words[@]} - 1))
    if [[ $last -ge 0 && ( $join == 1 || ( $word == "=" && \${words[last]} == --* ) || $word == ":" ) ]]; then
      words[last]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == [=:] ]]; then join=1; else join=; fi
  done
  # What is before the last ":" stands on the line already, and is not replaced.
  if [[ $COMP_WORDBREAKS == *:* && \${words[\${#words[@]} - 1]} == *:* ]]; then
    before=\${words[\${#words[@]} - 1]%:*}:
    before=\${before#--*=}
  fi
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ -z $kind ]]; then
      kind=$value
    else
      [[ $value == *[^A-Za-z0-9_.,/=@%+-]* ]] && value=$(printf '%q' "$value")
      COMPREPLY+=("\${value#"$before"}")
    fi
  done < <("$program" __complete -- "\${words[@]}" 2>/dev/null </dev/null)
  word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word == [=:] ]] && word=
  if [[ $kind == files || $kind == directories ]]; then
    type compopt >/dev/null 2>&1 && compopt -o filenames
    local how=-f
    [[ $kind == directories ]] && how=-d
    while IFS= read -r value; do
      COMPREPLY+=("$value")
    done < <(compgen "$how" -- "$word")
  fi
}
complete -F _quintet quintet
`,
  zsh: `#compdef quintet
# Completion of quintet for zsh.
_quintet() {
  local program=\${words[1]/#\\~\\//$HOME/} kind line
  local -a lines described
  lines=("\${(@f)$("$program" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  kind=$lines[1]
  shift lines
  for line in $lines; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  [[ $PREFIX == --*=* ]] && compset -P '--*='
  (( $#described )) && _describe -V -t quintet quintet described
  case $kind in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _quintet "$@"
else
  compdef _quintet quintet
fi
`,
  fish: `# Completion of quintet for fish 3 or newer.
function __quintet_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -e words[1]
    set -l flag (string match -r -- '^--[^=]+=' "$current")
    set -l lines ($program __complete -- $words "$current" 2>/dev/null </dev/null)
    set -l kind $lines[1]
    set -e lines[1]
    for line in $lines
        printf '%s%s\\n' "$flag" "$line"
    end
    switch "$kind"
        case files
            __fish_complete_path (string replace -- "$flag" '' "$current") | string replace -r '^' -- "$flag"
        case directories
            __fish_complete_directories (string replace -- "$flag" '' "$current") '' | string replace -r '^' -- "$flag"
    end
end
complete -c quintet -f -k -a '(__quintet_complete)'
`,
};

/** For --help. */
export const HOW_TO_INSTALL = `
Where it goes:
  bash   in ~/.bashrc:  source <(quintet completion bash)
  zsh    in ~/.zshrc, after compinit:  source <(quintet completion zsh)
  fish   quintet completion fish >~/.config/fish/completions/quintet.fish
From a checkout, write ./quintet for quintet: both are completed, and any path that ends in it.`;
