import { describe, expect, it } from 'vitest';
import { configDir, configFiles, expandPath } from '../../client/paths.ts';

describe('where files are', () => {
  it('is under XDG_CONFIG_HOME, else under ~/.config; a relative one does not count', () => {
    expect(configDir({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).toBe('/x/perch');
    expect(configDir({ HOME: '/h' })).toBe('/h/.config/perch');
    expect(configDir({ XDG_CONFIG_HOME: 'x', HOME: '/h' })).toBe('/h/.config/perch');
  });

  it("keeps known hosts beside the inventory, and falls back to the person's own key", () => {
    expect(configFiles('/team/fleet.yaml', { HOME: '/h' })).toEqual({
      inventory: '/team/fleet.yaml',
      knownHosts: '/team/known_hosts',
      identities: ['/team/id_ed25519', '/h/.config/perch/id_ed25519'],
    });
    expect(configFiles(undefined, { HOME: '/h' }).identities).toEqual(['/h/.config/perch/id_ed25519']);
  });

  it('reads ~ as a shell does, and what is relative from the folder', () => {
    expect(expandPath('~/k', '/team', { HOME: '/h' })).toBe('/h/k');
    expect(expandPath('./k', '/team', { HOME: '/h' })).toBe('/team/k');
    expect(expandPath('/k', '/team', { HOME: '/h' })).toBe('/k');
  });
});
