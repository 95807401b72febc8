import { startAgent } from '@perch/agent';

startAgent();
process.on('message', () => {});
