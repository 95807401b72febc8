import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Theme } from './ipc.ts';

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What the app remembers between two runs. */
export interface Settings {
  theme: Theme;
  bounds: Bounds | null;
}

const DEFAULTS: Settings = { theme: 'system', bounds: null };

/** Reads what was written, field by field; what is not as it should be falls back to its default. */
export function readSettings(file: string): Settings {
  let found: Record<string, unknown>;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return DEFAULTS;
  }
  if (typeof found !== 'object' || found === null) return DEFAULTS;
  const { theme, bounds } = found;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    bounds: isBounds(bounds) ? bounds : null,
  };
}

/** Never fails: a setting that cannot be kept is not worth an error. */
export function writeSettings(file: string, settings: Settings): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(settings));
    renameSync(`${file}.new`, file);
  } catch {
    // A full or read-only disk: the next run starts with what there was.
  }
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  return ['x', 'y', 'width', 'height'].every((key) =>
    Number.isInteger((value as Record<string, unknown>)[key]),
  );
}
