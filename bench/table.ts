import type { Figure } from './figures.ts';

/** The figures as aligned text: reference, measured, what they compare to, the budget. */
export function table(figures: readonly Figure[]): string {
  const head = ['', 'reference', 'measured', 'compared', 'budget'];
  const rows = figures.map((figure) => [
    figure.name,
    `${round(figure.reference)} ${figure.unit}`,
    `${round(figure.measured)} ${figure.unit}`,
    comparedText(figure),
    `${budgetText(figure)}${isWithin(figure) ? '' : '  missed'}`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n');
}

export function compared({ compare, reference, measured }: Figure): number {
  return compare === 'ratio' ? measured / reference : measured - reference;
}

export function isWithin(figure: Figure): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = figure.budget;
  return compared(figure) >= min && compared(figure) <= max;
}

function comparedText(figure: Figure): string {
  const value = compared(figure);
  if (figure.compare === 'ratio') return `× ${value.toFixed(2)}`;
  return `${value < 0 ? '' : '+'}${round(value)} ${figure.unit}`;
}

function budgetText({ compare, unit, budget: { min, max } }: Figure): string {
  const value = min ?? max!;
  const text = compare === 'ratio' ? `× ${value.toFixed(2)}` : `+${value} ${unit}`;
  return `${min === undefined ? '≤' : '≥'} ${text}`;
}

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1);
}
