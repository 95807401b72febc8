import { runApp } from './app.ts';
import { clientDesk } from './client-desk.ts';
import { readFlags } from './flags.ts';

const flags = readFlags(process.argv, process.env);
runApp((push) => clientDesk(flags, push));
