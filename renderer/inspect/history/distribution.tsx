import type { TreeNode } from '../../../protocol/tree.ts';
import { now } from '../../store/clock.ts';
import type { TimelineRow } from '../../store/timeline.ts';
import { useValue } from '../../store/value.ts';
import { counted, duration } from '../../ui/format.ts';
import { FEW, type RecoveryTimes, recoveryTimes, stacked, timeScale } from './recovery-times.ts';

/** Of a handful, and of many. */
const LOW_PX = 26;
const HIGH_PX = 52;
const COLUMNS = 64;

/** How long restarts took: a dot each, and percentiles where there are enough of them. */
export function Distribution({ rows, node }: { rows: readonly TimelineRow[]; node: TreeNode }) {
  useValue(now);
  const times = recoveryTimes(rows, node, Date.now());
  const { samplesMs, notRecovered } = times;
  const count = samplesMs.length + notRecovered;
  if (count === 0) return null;
  return (
    <section role="group" className="inspect-section" aria-label="Recovery times">
      <h3 className="section-head">
        <span>Exit until ready</span>
        <span className="section-figure soft">{counted(count, 'restart')}</span>
      </h3>
      {samplesMs.length > 0 && <Plot times={times} />}
      <dl className="figures">
        {figuresOf(times).map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      {notRecovered > 0 && (
        <p className="bad">
          {notRecovered} of {count} not recovered
        </p>
      )}
    </section>
  );
}

function Plot({ times: { samplesMs, p50, p95 } }: { times: RecoveryTimes }) {
  const scale = timeScale(samplesMs);
  const isFew = samplesMs.length < FEW;
  const dots = stacked(samplesMs.map(scale.at), isFew ? 36 : COLUMNS);
  const height = isFew ? LOW_PX : HIGH_PX;
  const radius = isFew ? 3.5 : 2.2;
  const top = Math.max(...dots.map(({ level }) => level));
  const step = Math.min(radius * 2 + 1, (height - 2 * radius - 2) / Math.max(1, top));
  const marks = p50 === null || p95 === null ? [] : [p50, p95];
  return (
    <div className="plot">
      <svg
        className="plot-dots"
        height={height}
        role="img"
        aria-label={`${counted(samplesMs.length, 'recovery time')}, ${duration(samplesMs[0]!)} to ${duration(samplesMs.at(-1)!)}`}
      >
        {marks.map((ms) => (
          <line
            key={ms}
            x1={share(scale.at(ms))}
            x2={share(scale.at(ms))}
            y1={0}
            y2={height}
            className="plot-mark"
          />
        ))}
        {dots.map(({ x, level }, index) => (
          <circle
            key={index}
            className="plot-dot"
            cx={share(x)}
            cy={height - radius - 1 - level * step}
            r={radius}
          >
            <title>{duration(samplesMs[index]!)}</title>
          </circle>
        ))}
      </svg>
      <div className="plot-axis faint" aria-hidden>
        {scale.ticks.map((ms, index) => (
          <span
            key={ms}
            className={index === 0 ? 'is-first' : index === scale.ticks.length - 1 ? 'is-last' : ''}
            style={{ left: share(scale.at(ms)) }}
          >
            {tickWords(ms)}
          </span>
        ))}
      </div>
    </div>
  );
}

function figuresOf({ samplesMs, p50, p95 }: RecoveryTimes): [string, string][] {
  if (samplesMs.length === 0) return [];
  if (samplesMs.length === 1) return [['took', duration(samplesMs[0]!)]];
  const max: [string, string] = ['max', duration(samplesMs.at(-1)!)];
  if (p50 === null || p95 === null) return [['min', duration(samplesMs[0]!)], max];
  return [['p50', duration(p50)], ['p95', duration(p95)], max];
}

const tickWords = (ms: number): string => (ms === 0 ? '0' : duration(ms).replace('.0', ''));

const share = (part: number): string => `${Math.round(part * 10_000) / 100}%`;
