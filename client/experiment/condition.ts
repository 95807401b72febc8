import { PerchError } from '../../protocol/errors.ts';
import { type Metrics, STATUSES, type TreeNode } from '../../protocol/tree.ts';
import { resolveNode } from '../node.ts';

/**
 * What must hold of one node: `app/games/7f3a status=running`, `app backlog<10`, `main loopDelayMs<50 and status=running`.
 * A node as everywhere (an id, a path, the end of one; in double quotes when it has a space), then one comparison or
 * several with `and` between.
 */
export interface Condition {
  node: string;
  comparisons: Comparison[];
}

export interface Comparison {
  field: Field;
  operator: Operator;
  value: string | number;
}

const OPERATORS = ['<=', '>=', '!=', '=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

const METRICS = [
  'cpuPercent',
  'rssBytes',
  'heapUsedBytes',
  'heapLimitBytes',
  'loopUtilization',
  'loopDelayMs',
  'backlog',
] as const satisfies readonly (keyof Metrics)[];
const FIELDS = ['status', 'incarnation', 'restarts', 'blockedMs', 'children', ...METRICS] as const;
type Field = (typeof FIELDS)[number];

/** Reads a condition. Throws BAD_USAGE with the column of what is wrong. */
export function parseCondition(text: string): Condition {
  const reader = new Reader(text);
  const node = reader.node();
  const comparisons = [reader.comparison()];
  while (!reader.isAtEnd) {
    reader.word('and');
    comparisons.push(reader.comparison());
  }
  return { node, comparisons };
}

/** Why it does not hold in this tree, in words; null where it holds. A figure that is not known does not hold. */
export function whyNot(condition: Condition, nodes: ReadonlyMap<string, TreeNode>): string | null {
  let node: TreeNode;
  try {
    node = resolveNode(nodes.values(), condition.node);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  for (const { field, operator, value } of condition.comparisons) {
    const found = fieldOf(node, field, nodes);
    if (found === null) return `${node.lineage} has no ${field}`;
    if (!holds(found, operator, value)) return `${node.lineage} has ${field} ${found}`;
  }
  return null;
}

function fieldOf(node: TreeNode, field: Field, nodes: ReadonlyMap<string, TreeNode>): string | number | null {
  switch (field) {
    case 'status':
      return node.status;
    case 'incarnation':
    case 'restarts':
      return node[field];
    case 'blockedMs':
      return node.blockedMs ?? 0;
    case 'children':
      return childrenOf(node, nodes).length;
    case 'backlog':
      return node.metrics.backlog ?? backlogBelow(node, nodes);
    default:
      return node.metrics[field] ?? null;
  }
}

function childrenOf({ id }: TreeNode, nodes: ReadonlyMap<string, TreeNode>): TreeNode[] {
  const children: TreeNode[] = [];
  for (const node of nodes.values()) if (node.parent === id && node.endedAt === null) children.push(node);
  return children;
}

/** Of what has none itself: the sum of those below it; null where none of them has one. */
function backlogBelow(node: TreeNode, nodes: ReadonlyMap<string, TreeNode>): number | null {
  let sum: number | null = null;
  for (const child of childrenOf(node, nodes)) {
    const count = child.metrics.backlog ?? backlogBelow(child, nodes);
    if (count !== null) sum = (sum ?? 0) + count;
  }
  return sum;
}

function holds(found: string | number, operator: Operator, value: string | number): boolean {
  switch (operator) {
    case '=':
      return found === value;
    case '!=':
      return found !== value;
    case '<':
      return found < value;
    case '<=':
      return found <= value;
    case '>':
      return found > value;
    case '>=':
      return found >= value;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  node(): string {
    const quoted = this.#take(/"([^"]*)"/y) ?? this.#take(/[^\s"]+/y);
    if (!quoted) throw this.#wrong('expected a node: an id, or a path such as app/games/7f3a');
    this.#skipSpace();
    return quoted;
  }

  comparison(): Comparison {
    const field = this.#field();
    const operator = this.#oneOf(OPERATORS);
    if (operator === null) throw this.#wrong(`expected one of ${OPERATORS.join(' ')} after ${field}`);
    this.#skipSpace();
    if (field === 'status') {
      if (operator !== '=' && operator !== '!=') throw this.#wrong('a status is compared with = or !=');
      const status = this.#oneOf(STATUSES);
      if (status === null) throw this.#wrong(`expected a status: ${STATUSES.join(', ')}`);
      this.#end();
      return { field, operator, value: status };
    }
    const number = this.#take(/-?\d+(?:\.\d+)?(?![\w.])/y);
    if (number === null) throw this.#wrong(`expected a number; the unit is in the name (${field})`);
    this.#end();
    return { field, operator, value: Number(number) };
  }

  word(word: string): void {
    if (this.#take(new RegExp(`${word}(?!\\S)`, 'y')) === null) {
      throw this.#wrong(`expected "${word}" and another comparison, or the end`);
    }
    this.#skipSpace();
  }

  #field(): Field {
    const found = this.#oneOf(FIELDS);
    if (found === null) throw this.#wrong(`expected one of ${FIELDS.join(', ')}`);
    this.#skipSpace();
    return found;
  }

  /** Behind a value nothing may stand but space. */
  #end(): void {
    if (!this.isAtEnd && !/\s/.test(this.#text[this.#at]!)) throw this.#wrong('expected a space or the end');
    this.#skipSpace();
  }

  #oneOf<W extends string>(words: readonly W[]): W | null {
    const found = words.find(
      (word) =>
        this.#text.startsWith(word, this.#at) &&
        (!/\w$/.test(word) || !/[\w-]/.test(this.#text[this.#at + word.length] ?? '')),
    );
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return null;
    this.#at = pattern.lastIndex;
    return match[1] ?? match[0];
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at]!)) this.#at++;
  }

  #wrong(words: string): PerchError {
    const column = this.#at + 1;
    return new PerchError('BAD_USAGE', `--probe "${this.#text}", column ${column}: ${words}`, {
      probe: this.#text,
      column,
    });
  }
}
