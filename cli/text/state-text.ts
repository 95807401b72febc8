import { isTagged, type StateValue, type Tagged } from '../../protocol/state.ts';

/**
 * A state for a person, much as Node's `util.inspect` writes it: short containers in one line, others with one
 * entry a line. What was not walked says so (`… 12 more`).
 */
export function stateText(value: StateValue, columns = 80): string {
  return render(value, '', columns);
}

function render(value: StateValue, indent: string, columns: number): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  if (Array.isArray(value)) {
    return block(
      '[',
      ']',
      value.map((item) => render(item, `${indent}  `, columns)),
      indent,
      columns,
    );
  }
  if (isTagged(value)) return tagged(value, indent, columns);
  return block('{', '}', fields(value as Record<string, StateValue>, indent, columns), indent, columns);
}

function scalar(value: null | boolean | number | string): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** Control characters as escapes, in single quotes. */
function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function fields(record: Record<string, StateValue>, indent: string, columns: number): string[] {
  return Object.entries(record).map(([key, value]) => {
    // A doubled `$` is the service's own key (protocol/state.ts).
    const name = key.startsWith('$$') ? key.slice(1) : key;
    const shown = /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
    return `${shown}: ${render(value, `${indent}  `, columns)}`;
  });
}

function tagged(tag: Tagged, indent: string, columns: number): string {
  const inner = (value: StateValue) => render(value, `${indent}  `, columns);
  const more = (count: number | undefined) => (count ? [`… ${count} more`] : []);
  const body = (open: string, entries: string[]) => block(open, '}', entries, indent, columns);
  switch (tag.$) {
    case 'Undefined':
      return 'undefined';
    case 'Number':
      return tag.text;
    case 'BigInt':
      return `${tag.text}n`;
    case 'Symbol':
      return safe(tag.text);
    case 'Function':
      return `[Function ${safe(tag.name) || '(anonymous)'}]`;
    case 'Date':
      return tag.iso ?? 'Invalid Date';
    case 'RegExp':
      return safe(tag.text);
    case 'Error':
      return `[${safe(tag.class)}: ${safe(tag.message)}]`;
    case 'Map':
      return body(`Map(${tag.entries.length + (tag.more ?? 0)}) {`, [
        ...tag.entries.map(([key, value]) => `${inner(key)} => ${inner(value)}`),
        ...more(tag.more),
      ]);
    case 'Set':
      return body(`Set(${tag.values.length + (tag.more ?? 0)}) {`, [
        ...tag.values.map(inner),
        ...more(tag.more),
      ]);
    case 'Object':
      return body(tag.class === 'Object' ? '{' : `${safe(tag.class)} {`, [
        ...fields(tag.fields, indent, columns),
        ...more(tag.more),
      ]);
    case 'Bytes':
      return `${safe(tag.class)}(${tag.byteLength}) <${tag.hex}${tag.hex.length / 2 < tag.byteLength ? ' …' : ''}>`;
    case 'Text':
      return `${quote(tag.text)} … ${tag.chars} characters`;
    case 'Redacted':
      return '[redacted]';
    case 'Getter':
      return '[getter, not run]';
    case 'Ref':
      return `[same as ${safe(tag.path) || '/'}]`;
    case 'More':
      return tag.of === undefined ? `… ${tag.count} more` : `${safe(tag.of)}(${tag.count}) …`;
    case 'Proxy':
    case 'Promise':
    case 'WeakRef':
      return `[${tag.$}]`;
  }
}

function block(open: string, close: string, entries: string[], indent: string, columns: number): string {
  if (entries.length === 0) return `${open}${close}`;
  const flat = `${open} ${entries.join(', ')} ${close}`;
  if (!flat.includes('\n') && indent.length + flat.length <= columns - 4) return flat;
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}`).join(',\n')}\n${indent}${close}`;
}

function safe(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}
