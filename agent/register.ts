import { isPackageTool } from './package-tool.ts';
import { startAgent } from './start.ts';

/** `node --import @perch/agent/register app.js`, or `-r`: looks into a service without a change to its code. */
if (!isPackageTool(process.argv[1])) startAgent();
