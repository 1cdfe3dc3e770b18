import { type Grammar, type GrammarCommand, type GrammarOption, membersOf, type Value } from './grammar.js';

/** Works when sourced after compinit, and as a file `_mlx` on the fpath. */
export function zshScript(grammar: Grammar): string {
  const functions = [
    commandSwitch(
      '',
      grammar.top.map(({ name, summary }) => [name, summary]),
      `'(- *)--version[print the version]'`,
    ),
    ...grammar.groups.map((group) =>
      commandSwitch(
        group,
        membersOf(grammar, group).map(({ name, summary }) => [name, summary]),
        '',
      ),
    ),
    ...grammar.commands.map(commandFunction),
  ];
  return `#compdef mlx
# zsh completion for mlx: source <(mlx completion zsh)

${functions.join('\n\n')}

if [[ "\${funcstack[1]}" == _mlx ]]; then
  _mlx "$@"
else
  compdef _mlx mlx
fi
`;
}

/** Completes the next word, then hands over to the function of the command that it names. */
function commandSwitch(path: string, entries: readonly (readonly [string, string])[], more: string): string {
  const described = entries.map(([entry, summary]) => `    ${quote(`${entry}:${summary}`)}`);
  const cases = entries.map(([entry]) => `        ${entry}) ${functionName(path, entry)} ;;`);
  return `${functionName(path)}() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands=(
${described.join('\n')}
  )
  _arguments -C '(- *)--help[how it is used]' ${more === '' ? '' : `${more} `}'1: :->command' '*:: :->arguments'
  case $state in
    command) _describe -t commands 'command' commands ;;
    arguments)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`;
}

function commandFunction({ path, options, takesFiles }: GrammarCommand): string {
  const specs = options.map((option) => `    ${quote(optionSpec(option))}`);
  const rest = takesFiles ? `'*:file:_files'` : `'*: :'`;
  return `${functionName(path)}() {
  _arguments \\
${specs.map((spec) => `${spec} \\`).join('\n')}
    ${rest}
}`;
}

function optionSpec({ flag, help, value, repeats }: GrammarOption): string {
  const star = repeats ? '*' : '';
  if (value === null) return `${star}${flag}[${escapeSpec(help)}]`;
  return `${star}${flag}=[${escapeSpec(help)}]:${flag.slice(2)}:${action(value)}`;
}

function action(value: Value): string {
  switch (value.kind) {
    case 'choice':
      return `(${value.choices.join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'text':
      return '';
  }
}

/** `_mlx_runs_list` */
function functionName(...words: readonly string[]): string {
  return ['_mlx', ...words.flatMap((word) => word.split(' '))].filter((word) => word !== '').join('_');
}

/** Brackets and colons have a meaning for _arguments. */
function escapeSpec(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
