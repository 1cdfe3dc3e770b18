import { type Grammar, type GrammarCommand, type GrammarOption, membersOf, type Value } from './grammar.js';

/** Works with fish 3.0 and later. */
export function fishScript(grammar: Grammar): string {
  return `# fish completion for mlx: mlx completion fish > ~/.config/fish/completions/mlx.fish

# Whether the words before the cursor name exactly this command, or none.
function __mlx_at
    set -l command
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if contains -- "$command" ${['""', ...grammar.groups].join(' ')}
            set command (string trim -- "$command $word")
        end
    end
    test "$command" = "$argv"
end

complete -c mlx -f
${[...entryLines('', grammar.top), `complete -c mlx -n '__mlx_at' -l version -d 'print the version'`].join('\n')}
${grammar.groups.flatMap((group) => entryLines(group, membersOf(grammar, group))).join('\n')}
${grammar.commands.flatMap(commandLines).join('\n')}
`;
}

function entryLines(path: string, entries: readonly { name: string; summary: string }[]): string[] {
  return entries.map(
    ({ name, summary }) => `complete -c mlx -n ${condition(path)} -a ${name} -d ${quote(summary)}`,
  );
}

function commandLines({ path, options, takesFiles }: GrammarCommand): string[] {
  const files = takesFiles ? [`complete -c mlx -n ${condition(path)} -F`] : [];
  return [...files, ...options.map((option) => optionLine(path, option))];
}

function optionLine(path: string, { flag, help, value }: GrammarOption): string {
  const takes = value === null ? '' : ` ${valueFlags(value)}`;
  return `complete -c mlx -n ${condition(path)} -l ${flag.slice(2)}${takes} -d ${quote(help)}`;
}

function valueFlags(value: Value): string {
  switch (value.kind) {
    case 'choice':
      return `-x -a ${quote(value.choices.join(' '))}`;
    case 'file':
      return '-r -F';
    case 'folder':
      return `-x -a '(__fish_complete_directories)'`;
    case 'text':
      return '-x';
  }
}

function condition(path: string): string {
  return quote(`__mlx_at ${path}`.trim());
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
