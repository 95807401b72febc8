import { useRef } from 'react';
import { Keyboard, Menu, MenuItem, Popover, Separator, Text } from 'react-aria-components';
import { ACTS, type Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { ask } from '../bridge.ts';
import { ACT_WORDS } from './rules.ts';

interface NodeMenuProps {
  node: TreeNode | null;
  /** A point of the window; null: closed. */
  at: { x: number; y: number } | null;
  reason: string | null;
  onAct: (act: Act) => void;
  onClose: () => void;
}

/** What can be done with the selected node, at the place that was clicked. */
export function NodeMenu({ node, at, reason, onAct, onClose }: NodeMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const onAction = (key: string | number) => {
    if (key === 'copy-id') void ask('copy', { text: node!.id });
    else if (key === 'copy-lineage') void ask('copy', { text: node!.lineage });
    else onAct(key as Act);
  };
  return (
    <>
      <span ref={anchor} className="menu-anchor" style={at ? { left: at.x, top: at.y } : undefined} />
      <Popover
        className="popover"
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
          disabledKeys={reason === null ? [] : ACTS}
          autoFocus="first"
        >
          {ACTS.map((act) => (
            <MenuItem key={act} id={act} className="menu-item" textValue={ACT_WORDS[act].title}>
              <Text slot="label">{ACT_WORDS[act].title}…</Text>
              <Keyboard>{ACT_WORDS[act].key}</Keyboard>
            </MenuItem>
          ))}
          <Separator className="menu-line" />
          <MenuItem id="copy-lineage" className="menu-item" textValue="Copy lineage">
            <Text slot="label">Copy lineage</Text>
          </MenuItem>
          <MenuItem id="copy-id" className="menu-item" textValue="Copy id">
            <Text slot="label">Copy id</Text>
          </MenuItem>
        </Menu>
      </Popover>
    </>
  );
}
