import { startAgent } from '@perch/agent';

startAgent();
setInterval(() => {}, 1000);
