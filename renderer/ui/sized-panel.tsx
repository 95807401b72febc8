import { useEffect, useRef, useState } from 'react';
import { Panel, type PanelProps, type PanelSize, usePanelRef } from 'react-resizable-panels';
import { show, useInterface } from '../store/interface.ts';
import type { PaneId } from '../store/panes.ts';

type SizedPanelProps = Pick<PanelProps, 'children' | 'minSize' | 'maxSize'> & {
  id: PaneId;
  /** Room for what was put beside its own content, as far as there is any. */
  extraPx?: number;
};

/** A pane that is as large as it was chosen in the environment that is open, and keeps what is chosen by hand. */
export function SizedPanel({ id, extraPx = 0, maxSize, ...rest }: SizedPanelProps) {
  const panelRef = usePanelRef();
  const size = useInterface(({ panes }) => panes[id]);
  const page = useInterface((state) => state.page);
  const [defaultSize] = useState(size + extraPx);
  // A pane that has just come has no place in the layout yet, and is as large as it was told to begin with.
  const told = useRef(size + extraPx);
  useEffect(() => {
    if (size + extraPx === told.current) return;
    told.current = size + extraPx;
    panelRef.current?.resize(size + extraPx);
  }, [panelRef, size, extraPx]);
  const pageBefore = useRef(page);
  useEffect(() => {
    if (page === pageBefore.current) return;
    pageBefore.current = page;
    // Beside other panes the group lays out anew, from the sizes that they began with; it has, once this task is over.
    queueMicrotask(() => panelRef.current?.resize(told.current));
  }, [panelRef, page]);
  const onResize = ({ inPixels }: PanelSize) => {
    // Stacked, it has no room beside it to be taken off.
    const px = Math.max(Number(rest.minSize ?? 0), Math.round(inPixels) - extraPx);
    const { panes } = useInterface.getState();
    if (!isByHand() || px === panes[id]) return;
    told.current = px + extraPx;
    show({ panes: { ...panes, [id]: px } });
  };
  return (
    <Panel
      id={id}
      panelRef={panelRef}
      defaultSize={defaultSize}
      onResize={onResize}
      maxSize={typeof maxSize === 'number' ? maxSize + extraPx : maxSize}
      groupResizeBehavior="preserve-pixel-size"
      {...rest}
    />
  );
}

/** A smaller window makes panes smaller, too; nobody chose that. */
function isByHand(): boolean {
  return document.querySelector('.divider[data-separator="active"], .divider:focus') !== null;
}
