import { backlogCount } from '../inspect/state.ts';
import type { DeclaredNode, Handover, LocalFact, LocalPreview, PreviewedLife } from '../registry.ts';
import type { WireFact, WireNode, WirePreview, WirePreviewedLife } from './messages.ts';

export function backlogOf({ backlog }: Handover): { word: string; count: number } | null {
  const count = backlog ? backlogCount(backlog.reference) : null;
  return backlog && count !== null ? { word: backlog.word, count } : null;
}

/** What was handed over leaves its thread as words and counts, never by value. */
export function handoverToWire(handover: Handover): {
  hasState: boolean;
  backlogWord: string | null;
  backlog: number | null;
} {
  return {
    hasState: handover.state !== undefined,
    backlogWord: handover.backlog?.word ?? null,
    backlog: backlogOf(handover)?.count ?? null,
  };
}

/** A declared node as it leaves its thread: by serial. */
export function toWire(node: DeclaredNode): WireNode {
  return {
    serial: node.serial,
    parent: node.parent?.serial ?? null,
    kind: node.kind,
    host: node.host,
    name: node.name,
    lineage: node.lineage,
    incarnation: node.incarnation,
    status: node.status,
    startedAt: node.startedAt,
    endedAt: node.endedAt,
    restarts: node.restarts,
    exitReason: node.exitReason,
    ...handoverToWire(node),
    supervisor: node.supervisor,
    child: node.child,
    ...(node.component
      ? { component: node.component, figures: node.figures ?? {}, parked: node.parked }
      : {}),
    ...(node.restartsAt ? { restartsAt: node.restartsAt } : {}),
    runsIn: node.runsIn,
  };
}

export function previewToWire(preview: LocalPreview): WirePreview {
  const { stops, restarts, ...rest } = preview;
  return { ...rest, stops: stops.map(lifeToWire), restarts: restarts.map(lifeToWire) };
}

function lifeToWire({ node, ...life }: PreviewedLife): WirePreviewedLife {
  return { ...life, serial: node?.serial ?? null, backlog: node && backlogOf(node) };
}

const ref = ({ serial, lineage, incarnation }: DeclaredNode) => ({ serial, lineage, incarnation });

export function factToWire(fact: LocalFact): WireFact {
  const wired: Record<string, unknown> = { ...fact, node: ref(fact.node) };
  if ('by' in fact) wired.by = ref(fact.by);
  if ('affected' in fact) wired.affected = fact.affected.map(ref);
  if ('previous' in fact) wired.previous = fact.previous && ref(fact.previous);
  return wired as WireFact;
}
