import { serveProcess } from './process-line.ts';

/** The program of a process that hosts a worker. */
serveProcess();
