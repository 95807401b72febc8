import { CircleHelp, Monitor, Moon, ShieldAlert, Sun } from 'lucide-react';
import type { Theme } from '../../electron/ipc.ts';
import { facts, fleet, instancesOf } from '../store/desk.ts';
import { show, useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { ArmedStatus } from './armed.tsx';
import { IconButton } from './button.tsx';
import { counted } from './format.ts';
import { Said } from './said.tsx';
import { nextTheme } from './theme.ts';

const THEMES: Record<Theme, { icon: typeof Sun; label: string }> = {
  system: { icon: Monitor, label: 'Theme: as the system' },
  light: { icon: Sun, label: 'Theme: light' },
  dark: { icon: Moon, label: 'Theme: dark' },
};

export function StatusBar() {
  const view = useValue(fleet);
  const app = useValue(facts);
  const theme = useInterface((state) => state.theme);
  const instances = instancesOf(view);
  const live = instances.filter(({ state }) => state === 'live').length;
  const { icon, label } = THEMES[theme];
  return (
    <footer className="status-bar">
      <span className="soft">
        {instances.length === 0
          ? 'No instances'
          : `${live} of ${counted(instances.length, 'instance')} connected`}
      </span>
      {view?.inventory.error && instances.length > 0 && (
        <span className="bad cut" title={view.inventory.error.message}>
          {view.inventory.error.message}
        </span>
      )}
      <ArmedStatus />
      <Said />
      <span className="spread" />
      {app && !app.sandboxed && (
        <span
          className="warn status-note"
          title="Chromium cannot sandbox itself for root. Start Perch as an ordinary user."
        >
          <ShieldAlert size={13} aria-hidden /> running as root, Chromium’s sandbox is off
        </span>
      )}
      {app && (
        <span className="faint" title={`Electron ${app.electron}`}>
          Perch {app.version}
        </span>
      )}
      <IconButton label={label} icon={icon} onPress={nextTheme} keys="T" />
      <IconButton label="Keys" icon={CircleHelp} onPress={() => show({ isSheetOpen: true })} keys="?" />
    </footer>
  );
}
