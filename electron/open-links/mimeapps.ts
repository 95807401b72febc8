/**
 * The list of a person's programs by type (freedesktop.org, "Association between MIME types and applications"): the first
 * of a line is the default. Whatever else stands in it stays as it is, to the letter.
 */
const GROUP = '[Default Applications]';

/** The same with this program first for the type, before those that were. */
export function withDefault(text: string, type: string, program: string): string {
  const { lines, begin, end, at } = find(text, type);
  const value = [program, ...programsOf(lines[at]).filter((each) => each !== program)];
  const line = `${type}=${value.join(';')};`;
  if (at !== -1) return lines.with(at, line).join('\n');
  if (begin !== -1) return lines.toSpliced(end, 0, line).join('\n');
  const before = text === '' ? '' : `${text.replace(/\n*$/, '')}\n\n`;
  return `${before}${GROUP}\n${line}\n`;
}

/** The same without this program for the type; those that came after it are first again. */
export function withoutDefault(text: string, type: string, program: string): string {
  const { lines, begin, end, at } = find(text, type);
  if (at === -1) return text;
  const left = programsOf(lines[at]).filter((each) => each !== program);
  if (left.length > 0) return lines.with(at, `${type}=${left.join(';')};`).join('\n');
  const isLast = lines
    .slice(begin + 1, end)
    .every((line, index) => begin + 1 + index === at || line.trim() === '');
  // A group with nothing in it says nothing.
  const [from, count] = isLast ? [begin, end - begin] : [at, 1];
  return lines.toSpliced(from, count).join('\n');
}

/** The program that is first for the type; null: none is named. */
export function defaultOf(text: string, type: string): string | null {
  const { lines, at } = find(text, type);
  return programsOf(lines[at])[0] ?? null;
}

/** Where the group begins and ends (after its last line with something on it), and the line of the type; -1: nowhere. */
function find(text: string, type: string): { lines: string[]; begin: number; end: number; at: number } {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.trim() === GROUP);
  if (begin === -1) return { lines, begin, end: -1, at: -1 };
  const next = lines.findIndex((line, index) => index > begin && line.trim().startsWith('['));
  let end = next === -1 ? lines.length : next;
  while (lines[end - 1]!.trim() === '') end--;
  const at = lines.findIndex(
    (line, index) => index > begin && index < end && line.split('=')[0]!.trim() === type,
  );
  return { lines, begin, end, at };
}

function programsOf(line: string | undefined): string[] {
  const value = line === undefined ? '' : line.slice(line.indexOf('=') + 1);
  return value
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
