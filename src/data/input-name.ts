/** A path, a pattern, `-` for standard input, or several paths and patterns. */
export type Input = string | readonly string[];

/** The path that stands for standard input. */
export const STDIN_PATH = '-';
export const STDIN_NAME = 'standard input';

/** An input as one text, for records of it: paths and patterns as they were given. */
export function inputText(input: Input): string {
  return typeof input === 'string' ? input : input.join(', ');
}

/** An input as messages call it. */
export function inputName(input: Input): string {
  const text = inputText(input);
  return text === STDIN_PATH ? STDIN_NAME : text;
}
