import { useRef } from 'react';
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components';
import type { Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { commandOf, keysOf } from '../command/commands.ts';
import { Keys } from '../ui/keys.tsx';
import { ACT_WORDS } from './rules.ts';

const COPIES: readonly string[] = ['copy-link', 'copy-path', 'copy-id', 'copy-command'];

interface NodeMenuProps {
  node: TreeNode | null;
  /** A point of the window; null: closed. */
  at: { x: number; y: number } | null;
  acts: readonly Act[];
  /** Why none of them can be asked for; null: they can. */
  reason: string | null;
  onAct: (act: Act) => void;
  onClose: () => void;
}

/** What can be done with the selected node, at the place that was clicked. */
export function NodeMenu({ node, at, acts, reason, onAct, onClose }: NodeMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const onAction = (key: string | number) => {
    if (COPIES.includes(key as string)) commandOf(key as string)?.run();
    else onAct(key as Act);
  };
  return (
    <>
      <span ref={anchor} className="menu-anchor" style={at ? { left: at.x, top: at.y } : undefined} />
      <Popover
        className="popover"
        aria-label={node ? `Menu of ${node.name}` : 'Menu'}
        triggerRef={anchor}
        isOpen={at !== null && node !== null}
        onOpenChange={(isOpen) => !isOpen && onClose()}
        placement="bottom start"
        offset={2}
      >
        <Menu
          className="menu"
          aria-label={node ? `Actions for ${node.name}` : 'Actions'}
          onAction={onAction}
          onClose={onClose}
          disabledKeys={reason === null ? [] : acts}
          autoFocus="first"
        >
          {acts.map((act) => (
            <MenuItem
              key={act}
              id={act}
              className="menu-item"
              textValue={`${ACT_WORDS[act].title}…`}
              aria-keyshortcuts={keysOf(act)[0]}
            >
              <span>{ACT_WORDS[act].title}…</span>
              <kbd>{keysOf(act)[0]}</kbd>
            </MenuItem>
          ))}
          {acts.length > 0 && <Separator className="menu-line" />}
          {COPIES.map((id) => {
            const { title = '', keys = [] } = commandOf(id) ?? {};
            return (
              <MenuItem key={id} id={id} className="menu-item" textValue={title} aria-keyshortcuts={keys[0]}>
                <span>{title}</span>
                {keys[0] && <Keys chord={keys[0]} />}
              </MenuItem>
            );
          })}
        </Menu>
      </Popover>
    </>
  );
}
