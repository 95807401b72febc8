import { expect, it } from 'vitest';
import { isPackageTool } from '../../agent/package-tool.ts';
import { underPm2 } from '../../agent/pm2.ts';

const FORK = '/usr/lib/node_modules/pm2/lib/ProcessContainerFork.js';
const CLUSTER = '/usr/lib/node_modules/pm2/lib/ProcessContainer.js';
const told = { pm_exec_path: '/srv/web.js', name: 'web', pm_id: '3' };

it('reads what PM2 runs, in fork mode and as one of a cluster', () => {
  const found = { program: '/srv/web.js', name: 'web', id: '3' };
  expect(underPm2(FORK, told)).toEqual(found);
  expect(underPm2(CLUSTER, { pm2_env: JSON.stringify({ ...told, pm_id: 3 }) })).toEqual(found);
});

it('is nothing elsewhere: in a child that inherits its variables, or where they say nothing', () => {
  expect(underPm2('/srv/child.js', told)).toBeNull();
  for (const pm2_env of ['', 'null', '{', '[]']) expect(underPm2(CLUSTER, { pm2_env })).toBeNull();
});

it("a service that PM2 wraps is none of PM2's own programs", () => {
  expect([FORK, CLUSTER].map(isPackageTool)).toEqual([false, false]);
  const own = [
    '/usr/bin/pm2',
    '/usr/lib/node_modules/pm2/bin/pm2',
    '/usr/lib/node_modules/pm2/lib/Daemon.js',
  ];
  expect(own.map(isPackageTool)).toEqual([true, true, true]);
});
