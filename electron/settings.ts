import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { LIMITS } from '../protocol/limits.ts';
import type { Look, Theme, WatchedPlace } from './ipc.ts';
import { look, watchedPlaces } from './look.ts';

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
  /** In percent. */
  zoom: number;
  /** By name, the one that was used last at the end. */
  environments: Readonly<Record<string, Look>>;
  watched: readonly WatchedPlace[];
  hasNotifications: boolean;
}

export const MIN_ZOOM = 80;
export const MAX_ZOOM = 200;

const DEFAULTS: Settings = {
  theme: 'system',
  bounds: null,
  zoom: 100,
  environments: {},
  watched: [],
  hasNotifications: true,
};
/** All environments at their largest stay below; more was not written here. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Reads what was written, field by field; what is not as it should be falls back to its default. */
export function readSettings(file: string): Settings {
  let found: Record<string, unknown>;
  try {
    if (statSync(file).size > MAX_FILE_BYTES) return DEFAULTS;
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return DEFAULTS;
  }
  if (typeof found !== 'object' || found === null) return DEFAULTS;
  const { theme, bounds, zoom, environments, watched, hasNotifications } = found;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    bounds: isBounds(bounds) ? bounds : null,
    environments: readLooks(environments),
    zoom: isZoom(zoom) ? zoom : 100,
    watched: readWatched(watched),
    hasNotifications: hasNotifications !== false,
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

/** With this environment as the one used last; of too many the oldest are forgotten. */
export function withLook(settings: Settings, environment: string, changed: Look): Settings {
  const others = Object.entries(settings.environments).filter(([name]) => name !== environment);
  const kept = [...others, [environment, changed] as const].slice(-LIMITS.maxKeptLooks);
  return { ...settings, environments: Object.fromEntries(kept) };
}

function readWatched(found: unknown): WatchedPlace[] {
  try {
    return watchedPlaces(found, 'watched');
  } catch {
    return [];
  }
}

function readLooks(found: unknown): Record<string, Look> {
  if (typeof found !== 'object' || found === null) return {};
  const looks = Object.entries(found).flatMap(([name, value]) => {
    try {
      return [[name, look(value, name)] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(looks.slice(-LIMITS.maxKeptLooks));
}

function isZoom(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= MIN_ZOOM && (value as number) <= MAX_ZOOM;
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  return ['x', 'y', 'width', 'height'].every((key) =>
    Number.isInteger((value as Record<string, unknown>)[key]),
  );
}
