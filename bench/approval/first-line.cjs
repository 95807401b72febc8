// The first line of a service: what its main thread has run until here, and how long after the process began that is.
const { readFileSync } = require('node:fs');
const { performance } = require('node:perf_hooks');
const wallMs = performance.now();
const cpuMs = Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
process.stdout.write(JSON.stringify({ wallMs, cpuMs }), () => process.exit());
