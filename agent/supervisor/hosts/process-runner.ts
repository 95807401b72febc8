import { joinIfAsked } from '../../start.ts';
import { serveProcess } from './process-line.ts';

/** The program of a process that hosts a worker: it joins the agent of the service, then serves its worker. */
joinIfAsked();
serveProcess();
