import { type Grammar, type GrammarCommand, membersOf, type Value } from './grammar.js';

/** Works with bash 3.2 (macOS) and later. */
export function bashScript(grammar: Grammar): string {
  return `# bash completion for mlx: source <(mlx completion bash)

# Sets kind: what the value of option $2 of command $1 is; empty for a flag.
_mlx_value() {
  kind=''
  case "$1 $2" in
${valueCases(grammar)}
  esac
}

# Sets words: what may stand after command $1; with $2, its options.
_mlx_words() {
  words=''
  case "$1\${2:+ $2}" in
${wordCases(grammar)}
  esac
}

_mlx_files() {
  local name
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$cur")
  compopt -o filenames 2>/dev/null
}

_mlx() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command='' words kind index
  COMPREPLY=()
  # bash cuts --format=json into three words.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $previous == '=' ]]; then previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  # Only a command or the member of a group stands before options, so the first words name it.
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command" in
      ${['""', ...grammar.groups].join('|')}) command="\${command:+$command }\${COMP_WORDS[index]}" ;;
    esac
  done
  kind=''
  if [[ $previous == -* ]]; then _mlx_value "$command" "$previous"; fi
  case "$kind" in
    file) _mlx_files -f; return ;;
    folder) _mlx_files -d; return ;;
    text) return ;;
    ?*) COMPREPLY=($(compgen -W "$kind" -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    _mlx_words "$command" options
  else
    _mlx_words "$command"
    if [[ $words == files ]]; then _mlx_files -f; return; fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}

complete -F _mlx mlx
`;
}

function valueCases({ commands }: Grammar): string {
  return commands
    .flatMap(({ path, options }) =>
      options.flatMap(({ flag, value }) =>
        value === null ? [] : [`    '${path} ${flag}') kind='${kindOf(value)}' ;;`],
      ),
    )
    .join('\n');
}

/** One word for what is no choice; a choice by its words. */
function kindOf(value: Value): string {
  return value.kind === 'choice' ? value.choices.join(' ') : value.kind;
}

function wordCases(grammar: Grammar): string {
  const names = (entries: readonly { readonly name: string }[]): string =>
    entries.map(({ name }) => name).join(' ');
  return [
    `    '') words='${names(grammar.top)}' ;;`,
    `    ' options') words='--help --version' ;;`,
    ...grammar.groups.map((group) => `    '${group}') words='${names(membersOf(grammar, group))}' ;;`),
    ...grammar.groups.map((group) => `    '${group} options') words='--help' ;;`),
    ...grammar.commands.flatMap((command) => [
      ...(command.takesFiles ? [`    '${command.path}') words='files' ;;`] : []),
      `    '${command.path} options') words='${flagsOf(command)}' ;;`,
    ]),
  ].join('\n');
}

function flagsOf({ options }: GrammarCommand): string {
  return options.map(({ flag }) => flag).join(' ');
}
