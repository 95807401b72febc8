import path from 'node:path';
import { isPm2Wrapper } from './pm2.ts';

/** NODE_OPTIONS in a shell also reaches the tools that start the service; they are not it. */
export function isPackageTool(script: string | undefined): boolean {
  if (!script || isPm2Wrapper(script)) return false;
  const tools = /[/\\](npm|npx|pnpm|yarn|corepack|pm2)[/\\](bin|lib|dist|releases)[/\\]/;
  const names = new Set(['npm', 'npx', 'pnpm', 'pnpx', 'yarn', 'corepack', 'pm2']);
  return tools.test(script) || names.has(path.basename(script));
}
