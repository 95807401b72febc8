/** A program from npm, and what a test does with it. */
export interface Program {
  /** As its instance is named. */
  service: string;
  /** Below node_modules. */
  script: string;
  /** Lays down what it needs in an empty folder of its own, before each start. */
  prepare(place: Place): void;
  args(place: Place): string[];
  env?(place: Place): NodeJS.ProcessEnv;
  /** In the line of stdout from which on it serves. */
  isUp: RegExp;
  /** Asks what a user of it would, each question once. `said` waits for a line of its stdout. */
  use(ask: Ask, said: (line: RegExp) => Promise<void>): Promise<void>;
  /** What of its answers and its output is another in every life, besides times, pids and ports. */
  varies: readonly RegExp[];
  /** Lineages that its tree must have, beside the process and its main thread. */
  shows: readonly string[];
}

export interface Place {
  folder: string;
  port: number;
}

export interface Answer {
  question: string;
  status: number;
  /** `name: value` */
  headers: string[];
  body: string;
}

/** Asks the program over HTTP, keeps the answer for the comparison, and gives it. */
export type Ask = (
  method: string,
  path: string,
  options?: { headers?: Record<string, string>; body?: string },
) => Promise<Answer>;
