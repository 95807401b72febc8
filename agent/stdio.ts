import { asPerchError, ERRORS, PerchError } from '../protocol/errors.ts';
import { bridge } from './stdio/bridge.ts';
import { findDoor } from './stdio/find-door.ts';

const USAGE = `perch-stdio [PID | SOCKET]
Carries a session of Perch between stdin, stdout and the local socket of the agent that runs here: the only one, or the
one of process PID, or SOCKET (an absolute path). For \`via:\` in an inventory: kubectl exec -i POD -- node perch-stdio`;

/** `perch-stdio`: the far end of a way in. Nothing but the session goes over stdout; what is wrong is said on stderr. */
async function main(words: readonly string[]): Promise<number> {
  const [wanted, ...more] = words;
  if (wanted === '--help') {
    process.stderr.write(`${USAGE}\n`);
    return 0;
  }
  try {
    const isMeant = wanted === undefined || wanted.startsWith('/') || /^\d+$/.test(wanted);
    if (!isMeant || more.length > 0)
      throw new PerchError('BAD_USAGE', `"${words.join(' ')}" is no pid or socket`);
    if (process.stdin.isTTY) {
      throw new PerchError(
        'BAD_USAGE',
        'A terminal would change what goes over it: kubectl exec -i, not -it',
      );
    }
    await bridge(await findDoor(wanted), { input: process.stdin, output: process.stdout });
    return 0;
  } catch (thrown) {
    const { code, message } = asPerchError(thrown);
    process.stderr.write(`perch-stdio: ${code}: ${message}\n`);
    return ERRORS[code].exit;
  }
}

void main(process.argv.slice(2)).then((exit) => {
  // Stdin may still be open at the other end.
  process.stderr.write('', () => process.exit(exit));
});
