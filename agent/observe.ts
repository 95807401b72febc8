import { isPackageTool } from './package-tool.ts';
import { startAgent } from './start.ts';

/**
 * `node --import @perch/agent/observe app.js`, or `-r`: as register, but that nobody may act. The build gives it a hub without
 * the code for that (hub/main-observe.ts), so no setting and no key can bring it back.
 */
if (!isPackageTool(process.argv[1])) startAgent({ control: false });
