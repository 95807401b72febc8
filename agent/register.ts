import path from 'node:path';
import { startAgent } from './start.ts';

/** `node --import @perch/agent/register app.js`, or `-r`: looks into a service without a change to its code. */
if (!isPackageTool(process.argv[1])) startAgent();

/** NODE_OPTIONS in a shell also reaches the tools that start the service; they are not it. */
function isPackageTool(script: string | undefined): boolean {
  if (!script) return false;
  const tools = /[/\\](npm|npx|pnpm|yarn|corepack|pm2)[/\\](bin|lib|dist|releases)[/\\]/;
  const names = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'corepack', 'pm2']);
  return tools.test(script) || names.has(path.basename(script));
}
