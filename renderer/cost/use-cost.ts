import { useEffect, useState } from 'react';
import { type CostAnswer, type CostRates, ratesBetween } from '../../protocol/cost.ts';
import { asPerchError, type PerchError } from '../../protocol/errors.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ask } from '../bridge.ts';

export interface CostReading {
  /** The last that was answered; null: nothing yet. */
  answer: CostAnswer | null;
  /** Over the last two answers, by the process's node. */
  rates: ReadonlyMap<string, CostRates>;
  /** Why there is nothing newer. */
  error: PerchError | null;
}

const NOTHING: CostReading = { answer: null, rates: new Map(), error: null };

/** Asked anew each second for as long as it is shown. */
export function useCost(instance: string): CostReading {
  const [reading, setReading] = useState(NOTHING);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const answer = await ask('cost', { instance }).catch(asPerchError);
      if (isOver) return;
      setReading((before) => {
        if (answer instanceof Error) return { ...before, error: answer };
        return { answer, rates: ratesOver(before.answer, answer), error: null };
      });
      timer = setTimeout(() => void look(), LIMITS.sampleMs);
    };
    setReading(NOTHING);
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [instance]);
  return reading;
}

function ratesOver(before: CostAnswer | null, after: CostAnswer): Map<string, CostRates> {
  const rates = new Map<string, CostRates>();
  for (const process of after.processes) {
    const then = before?.processes.find(({ node }) => node === process.node);
    if (!then || 'why' in then || 'why' in process) continue;
    const between = ratesBetween(then, process);
    if (between) rates.set(process.node, between);
  }
  return rates;
}
