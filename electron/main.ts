import { app } from 'electron';
import { asPerchError } from '../protocol/errors.ts';
import { runApp } from './app.ts';
import { clientDesk } from './client-desk.ts';
import { type Flags, readFlags } from './flags.ts';

const flags = flagsOrExit();
if (flags) runApp((push, hear) => clientDesk(flags, push, hear));

function flagsOrExit(): Flags | null {
  try {
    return readFlags(process.argv, process.env);
  } catch (thrown) {
    console.error(`perch: ${asPerchError(thrown).message}`);
    app.exit(2);
    return null;
  }
}
