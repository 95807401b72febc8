/** Between a figure and its unit: they never part at a line's end. */
const NARROW = '\u202f';
/** Between a figure and a word; before one a narrow space would look like none. */
const UNBROKEN = '\u00a0';

/** A measured duration: `0.4 ms`, `12 ms`, `840 ms`, `3.2 s`, `4 min 12 s`, `3 h 5 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 10) return `${trim(ms.toFixed(1))}${NARROW}ms`;
  if (ms < 1000) return `${Math.round(ms)}${NARROW}ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}${NARROW}s`;
  return age(ms);
}

/** How long ago, or for how long, in whole seconds and up. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}${NARROW}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, 'h', minutes % 60, 'min');
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** What is left, as a clock that runs down: `4:32`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `age` with one unit, where there is little room. */
export function shortAge(ms: number): string {
  return age(ms).split(' ')[0]!;
}

export function bytes(count: number): string {
  if (count < 1024) return `${count}${NARROW}B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${NARROW}${units[unit]}`;
}

/** A share given in per cent. */
export function percent(value: number): string {
  return `${value > 0 && value < 0.95 ? value.toFixed(1) : Math.round(value)}${NARROW}%`;
}

/** What the look took: `41 µs`, `1.2 ms`. */
export function micros(us: number): string {
  return us < 1000 ? `${Math.round(us)}${NARROW}µs` : duration(us / 1000);
}

/** Time of day with milliseconds: `14:03:07.512`. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (figure: number) => String(figure).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Day and time of day: `2026-03-04 14:03:07`. */
export function dateTime(at: number): string {
  const date = new Date(at);
  const two = (figure: number) => String(figure).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(at).slice(0, 8)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')}${UNBROKEN}${count === 1 ? one : many}`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const head = `${large}${NARROW}${largeUnit}`;
  return small === 0 ? head : `${head} ${small}${NARROW}${smallUnit}`;
}

function trim(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
