import { parseAst } from 'vite';

/** One change of a source's text. */
export interface Mutant {
  file: string;
  line: number;
  /** `===` → `!==`; `removed`. */
  what: string;
  /** The line as it stands. */
  source: string;
  text: string;
}

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

const COMPARISONS: Record<string, readonly string[]> = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
};

/** Every mutant of a source: each comparison, branch, condition, flag and step of it in turn. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const mutants: Mutant[] = [];
  const text = (node: Node) => source.slice(node.start, node.end);
  const replace = (start: number, end: number, by: string, what: string): void => {
    const line = source.slice(0, start).split('\n').length;
    mutants.push({
      file,
      line,
      what,
      source: source.split('\n')[line - 1]!.trim(),
      text: source.slice(0, start) + by + source.slice(end),
    });
  };
  const operator = (left: Node, right: Node, from: string, to: string): void => {
    const start = source.indexOf(from, left.end);
    if (start < right.start) replace(start, start + from.length, to, `${from} → ${to}`);
  };
  const condition = (test: Node): void => {
    for (const value of ['true', 'false']) replace(test.start, test.end, value, `${text(test)} → ${value}`);
  };
  visit(parseAst(source, { lang: 'ts' }) as unknown as Node, (node) => {
    const { left, right } = node as { left?: Node; right?: Node };
    switch (node.type) {
      case 'BinaryExpression':
        for (const to of COMPARISONS[node.operator as string] ?? [])
          operator(left!, right!, node.operator as string, to);
        return;
      case 'LogicalExpression':
        if (node.operator !== '??')
          operator(left!, right!, node.operator as string, node.operator === '&&' ? '||' : '&&');
        replace(node.start, node.end, text(left!), `${text(node)} → ${text(left!)}`);
        replace(node.start, node.end, text(right!), `${text(node)} → ${text(right!)}`);
        return;
      case 'IfStatement':
      case 'ConditionalExpression':
      case 'WhileStatement':
        return condition(node.test as Node);
      case 'ForStatement':
        return node.test ? condition(node.test as Node) : undefined;
      case 'UnaryExpression':
        if (node.operator === '!') replace(node.start, node.start + 1, '', `${text(node)} → without !`);
        return;
      case 'UpdateExpression':
        return replace(node.start, node.end, text(node).replace('++', '--'), '++ → --');
      case 'Literal':
        if (typeof node.value === 'boolean')
          replace(node.start, node.end, String(!node.value), `${node.value} → ${!node.value}`);
        return;
      case 'SwitchCase': {
        const consequent = node.consequent as Node[];
        const first = consequent[0];
        if (first)
          replace(first.start, consequent.at(-1)!.end, 'break;', `${text(node).split(':')[0]}: removed`);
        return;
      }
      case 'ExpressionStatement':
        return replace(node.start, node.end, ';', 'removed');
      case 'CallExpression': {
        const callee = node.callee as Node;
        const name = (callee.property as { name?: string } | undefined)?.name;
        if (name === 'reverse' || name === 'filter' || name === 'slice') {
          const object = callee.object as Node;
          replace(node.start, node.end, text(object), `.${name}() removed`);
        }
      }
    }
  });
  return mutants;
}

/** A text whose loops all ask `__tick()` first, so that one without end can be ended. */
export function withTicks(source: string): string {
  const edits: [number, string][] = [];
  visit(parseAst(source, { lang: 'ts' }) as unknown as Node, (node) => {
    const test = node.test as Node | null | undefined;
    if (!test || (node.type !== 'WhileStatement' && node.type !== 'ForStatement')) return;
    edits.push([test.start, '__tick() && ('], [test.end, ')']);
  });
  return edits
    .sort(([a], [b]) => b - a)
    .reduce((text, [at, insert]) => text.slice(0, at) + insert + text.slice(at), source);
}

/** Every node but types. */
function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  for (const value of Object.values(node)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each?.type !== 'string') continue;
      const isType =
        each.type.startsWith('TS') && !['TSNonNullExpression', 'TSAsExpression'].includes(each.type);
      if (!isType) visit(each as Node, see);
    }
  }
}
