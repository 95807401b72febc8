/** The panes whose size a person can choose, as they are at first. */
export const START_PANES = { fleet: 228, inspector: 340, timeline: 190 };

export type PaneId = keyof typeof START_PANES;
export type Panes = Readonly<Record<PaneId, number>>;

/** What was kept, as far as this version knows it. The window holds each within its bounds. */
export function readPanes(kept: Readonly<Record<string, unknown>> | undefined): Panes {
  const sizeOf = (id: PaneId): number => {
    const px = kept?.[id];
    return typeof px === 'number' && Number.isFinite(px) && px > 0 ? Math.round(px) : START_PANES[id];
  };
  return { fleet: sizeOf('fleet'), inspector: sizeOf('inspector'), timeline: sizeOf('timeline') };
}
