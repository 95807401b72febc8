import { describe, expect, it } from 'vitest';
import { fromInventory, fromLocal, groupFleet, onceByEpoch } from '../../../client/fleet/fleet.ts';
import { parseInventory } from '../../../client/fleet/inventory.ts';
import { infoOf } from '../scripted-session.ts';

const inventory = parseInventory(
  `environments:
  production:
    tunnel: fly.conf
    services:
      tictactoe:
        instances:
          - { name: lax-1, region: lax, address: "h:2" }
          - { name: fra-2, region: fra, address: "h:1" }
          - { name: fra-1, region: fra, address: "h:3" }
`,
  '/team/fleet.yaml',
);

describe('a fleet', () => {
  it('stands by environment, then region, then name', () => {
    const local = fromLocal([{ path: '/run/a.sock', info: infoOf({ region: '' }) }]);
    const groups = groupFleet(inventory, [...fromInventory(inventory), ...local]).map(
      ({ name, tunnel, regions }) => ({
        name,
        tunnel,
        regions: regions.map((region) => [region.name, region.instances.map(({ place }) => place.name)]),
      }),
    );
    expect(groups).toEqual([
      {
        name: 'production',
        tunnel: '/team/fly.conf',
        regions: [
          ['fra', ['fra-1', 'fra-2']],
          ['lax', ['lax-1']],
        ],
      },
      { name: null, tunnel: null, regions: [['', ['fra-1']]] },
    ]);
  });

  it('tells local instances of one name apart', () => {
    const found = [
      { path: '/run/a.sock', info: infoOf({ pid: 1 }) },
      { path: '/run/b.sock', info: infoOf({ pid: 2 }) },
      { path: '/run/c.sock', info: infoOf({ pid: 3, instance: 'lax-1' }) },
    ];
    expect(fromLocal(found).map(({ place }) => place.name)).toEqual(['tictactoe-1', 'tictactoe-2', 'lax-1']);
  });

  it('shows what is reached two ways once, where the inventory put it', () => {
    const items = [
      { name: 'local', epoch: 'e1', isLocal: true },
      { name: 'configured', epoch: 'e1', isLocal: false },
      { name: 'silent', epoch: null, isLocal: false },
      { name: 'silent too', epoch: null, isLocal: false },
      { name: 'other', epoch: 'e2', isLocal: true },
    ];
    expect(onceByEpoch(items, (item) => item).map(({ name }) => name)).toEqual([
      'configured',
      'silent',
      'silent too',
      'other',
    ]);
  });
});
