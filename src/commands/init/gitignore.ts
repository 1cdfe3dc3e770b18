import { STORE_FOLDER } from '../../store/location.js';
import { type FilePlan, textAt } from './file-plan.js';

const FILE = '.gitignore';
/** Spellings that keep the store out already. */
const COVERING = new Set([STORE_FOLDER, `${STORE_FOLDER}/`, `/${STORE_FOLDER}`, `/${STORE_FOLDER}/`]);

/** Adds the store to what git leaves out; the line ends of the file stay as they are. */
export function planGitignore(folder: string): FilePlan {
  const present = textAt(folder, FILE);
  const line = `${STORE_FOLDER}/`;
  if (present === undefined) return { path: FILE, status: 'created', text: `${line}\n` };
  if (present.split(/\r?\n/).some((entry) => COVERING.has(entry.trim()))) {
    return { path: FILE, status: 'unchanged', text: present };
  }
  const newline = present.includes('\r\n') ? '\r\n' : '\n';
  const gap = present === '' || present.endsWith('\n') ? '' : newline;
  return { path: FILE, status: 'extended', text: `${present}${gap}${line}${newline}` };
}
