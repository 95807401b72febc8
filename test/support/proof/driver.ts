import { runAct } from '../../../client/act.ts';
import { openSession, type Session } from '../../../client/session.ts';
import { asPerchError } from '../../../protocol/errors.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { Random } from '../random.ts';
import { isHarmless } from './harmless.ts';
import type { Life } from './lives.ts';
import { monotonic } from './machine.ts';
import { Onlooker } from './onlooker.ts';
import { contradictions, overlaps, type Told, unexplained } from './oracle.ts';
import {
  type Aim,
  ENDS_SESSION,
  GAMES,
  GUEST,
  HOSTED,
  nextPlan,
  nextRelease,
  type Plan,
  type Release,
  WORKERS,
} from './plan.ts';
import { Relay } from './relay.ts';
import type { Shown } from './shown.ts';
import { freePort, UnderSupervision } from './under-supervision.ts';

const REASON = 'the proof of truth';
const ARM = { reason: REASON, forMs: 60_000 };
const TIMEOUT_MS = 8000;
const LOOK_MS = 25;
/** How long the service and its tree may take to be whole again after an act. */
const WHOLE_MS = 20_000;
/** A loop is called blocked half a second after it came to stand still. */
const SPUN_WITHIN_MS = 3000;
/** A hub that dies again and again is started later and later; a new life of the service begins anew. */
const HUB_ENDS_A_LIFE = 3;

export interface Verdict {
  acts: number;
  /** How many there were of each, for the record. */
  counts: Map<string, number>;
  contradictions: string[];
  shown: Shown;
}

/** One service with its outside supervisor, its tunnel and its client: acts one after another, each cut somewhere. */
export class Driver {
  readonly #random: Random;
  readonly #say: (line: string) => void;
  readonly #service: UnderSupervision;
  readonly #onlooker: Onlooker;
  readonly #relay: Relay;
  readonly #counts = new Map<string, number>();
  readonly #told: Told[] = [];
  readonly #past = new Map<string, TreeNode>();
  /** Static children that an act stopped, to be started again next. */
  readonly #stopped = new Map<string, TreeNode>();
  /** A thread that stands still by an act, and what is to become of it. */
  #held: { told: Told; aim: Aim } | null = null;
  /** What counted must be seen to count again, since then. */
  readonly #mustCount = new Map<string, number>();
  #relayPort = 0;
  #session: Session | null = null;
  /** The act before this one may have ended the service. */
  #mayBeDying = false;
  /** The act under way has had its cut. */
  #isCut = false;
  #mending: NodeJS.Timeout | undefined;
  #hubEnds = { boot: 0, count: 0 };

  private constructor(port: number, random: Random, say: (line: string) => void) {
    this.#random = random;
    this.#say = say;
    this.#service = new UnderSupervision(port, () => this.#onlooker.look());
    this.#onlooker = new Onlooker(this.#service);
    this.#relay = new Relay(port);
  }

  static async start(random: Random, say: (line: string) => void): Promise<Driver> {
    const driver = new Driver(await freePort(), random, say);
    driver.#relayPort = await driver.#relay.listen();
    return driver;
  }

  /** Carries out so many acts, then judges them against the complete log. */
  async run(acts: number): Promise<Verdict> {
    while (this.#told.length < acts) await this.#one();
    await this.#whole();
    const endedAt = monotonic();
    // Time must pass: what was told to end, and would still run, has so long to show it in the log.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    this.#told.forEach((told, at) => {
      told.closedAt = this.#told[at + 1]?.askedAt ?? endedAt;
    });
    const { lives } = this.#service;
    return {
      acts,
      counts: this.#counts,
      contradictions: [
        ...this.#told.flatMap((told) => contradictions(told, lives)),
        ...unexplained(lives, this.#told, (pid) => `; it said: ${this.#service.saidBy(pid)}`),
        ...overlaps(lives, HOSTED),
        ...this.#onlooker.verdict(),
      ],
      shown: this.#onlooker.shown,
    };
  }

  async close(): Promise<void> {
    this.#session?.close();
    this.#onlooker.close();
    this.#relay.close();
    await this.#service.stop();
  }

  async #one(): Promise<void> {
    await this.#whole();
    const next = this.#next();
    if (typeof next === 'string') return this.#release(next);
    const plan = next;
    const node = await this.#nodeToAskFor(plan);
    if (!node) {
      // Time must pass: the tree has changed since it was whole.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      return;
    }
    const told = this.#tell(plan, node);
    // Its end may come after the answer.
    this.#mayBeDying = plan.cut === 'service killed' || told.isRoot;
    this.#told.push(told);
    this.#held = null;
    this.#isCut = false;
    const { aim, act } = plan;
    this.#hasGaps ||= aim.dropped.length > 0 || (act === 'stop' && GAMES.includes(aim.lineage));
    const answer = await this.#ask(plan, node, told);
    told.answeredAt = monotonic();
    clearTimeout(this.#mending);
    this.#relay.mend();
    told.document = typeof answer === 'string' ? null : answer;
    const outcome = typeof answer === 'string' ? `error ${answer}` : answer.outcome;
    const words = outcome === 'refused' || outcome === 'not-recovered' ? ` (${told.document?.words})` : '';
    this.#say(`${told.call}: ${act} ${node.lineage} ${node.id} → ${outcome}${words}`);
    for (const what of [outcome, this.#isCut ? plan.cut : 'answered before its cut', act]) {
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    }
    this.#remember(plan, node, told);
  }

  #next(): Release {
    const mayEndHub = this.#mayEndHub();
    if (this.#held) return nextRelease(this.#random, this.#held.aim, mayEndHub);
    return nextPlan(this.#random, [...this.#stopped.keys()][0] ?? null, mayEndHub);
  }

  #tell({ aim, act, cut, moment }: Plan, node: TreeNode): Told {
    const isWorker = node.kind === 'worker' || aim.isHost;
    return {
      call: `act ${this.#told.length + 1}, ${cut} ${JSON.stringify(moment)}`,
      act,
      subjects: aim.subjects,
      blast: aim.blast,
      dropped: aim.dropped,
      namesWorker: node.kind === 'worker' || aim.child !== undefined,
      incarnation: isWorker ? this.#incarnationOf(aim, node) : null,
      isRoot: aim.lineage === 'root' && !isHarmless({ act, signal: aim.signal }),
      boot: this.#service.pid,
      askedAt: monotonic(),
      answeredAt: 0,
      closedAt: Number.POSITIVE_INFINITY,
      timeoutMs: TIMEOUT_MS,
      document: null,
      signal: aim.signal,
      leaseMs: aim.leaseMs,
      releasedAt: null,
      isServiceCut: cut === 'service killed' || this.#mayBeDying,
      killed: null,
    };
  }

  /** Without an act: what holds a thread ends. */
  #release(how: Exclude<Release, Plan>): void {
    const { told } = this.#held!;
    this.#held = null;
    this.#say(`${told.call}: then ${how}`);
    this.#counts.set(how, (this.#counts.get(how) ?? 0) + 1);
    if (how === 'lease ends') return;
    told.releasedAt = monotonic();
    if (how === 'session ends') this.#session?.close();
    else this.#endHub();
  }

  /** Runs the act with its cut. Gives the document, or the code of the error that the client was told. */
  async #ask({ aim, act, cut, moment, awayMs }: Plan, node: TreeNode, told: Told) {
    const { epoch } = this.#onlooker;
    const session = await this.#connected();
    const connect = (options?: Parameters<typeof openSession>[1]) => this.#connect(options);
    const giveUp = new AbortController();
    const doCut = () => {
      if (this.#isCut) return;
      this.#isCut = true;
      if (ENDS_SESSION.includes(cut)) told.releasedAt = monotonic();
      if (cut === 'service killed') told.killed = this.#service.pid;
      this.#cut(cut, awayMs, session, giveUp);
    };
    const { child, signal, leaseMs } = aim;
    const request = { act, node, epoch, reason: REASON, timeoutMs: TIMEOUT_MS, child, signal, leaseMs };
    if ('beforeAsking' in moment) doCut();
    const timer = 'afterMs' in moment ? setTimeout(doCut, moment.afterMs) : undefined;
    try {
      const options = {
        signal: giveUp.signal,
        onProgress: ({ phase }: { phase: string }) => {
          if ('phase' in moment && moment.phase === phase) doCut();
        },
      };
      return await runAct(request, { session, connect, arm: ARM }, options);
    } catch (thrown) {
      const error = asPerchError(thrown);
      if (error.code !== 'CANCELLED') return error.code;
      const { call } = error.facts as { call: string };
      const again = await this.#reconnect();
      try {
        return await runAct({ ...request, call }, { session: again, connect, arm: ARM });
      } catch (thrownAgain) {
        return asPerchError(thrownAgain).code;
      } finally {
        // Which of the two sessions holds what stands still, nobody can tell.
        if (act === 'suspend') {
          told.releasedAt = monotonic();
          session.close();
        }
        again.close();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #cut(cut: Plan['cut'], awayMs: number, session: Session, giveUp: AbortController): void {
    switch (cut) {
      case 'client dropped':
        return session.close();
      case 'client asks again':
        return giveUp.abort();
      case 'tunnel cut':
        this.#relay.cut();
        this.#mending = setTimeout(() => this.#relay.mend(), awayMs);
        return;
      case 'tunnel stalled':
        this.#relay.stall();
        this.#mending = setTimeout(() => this.#relay.mend(), awayMs);
        return;
      case 'hub died':
        return this.#endHub();
      case 'client asks a new hub again':
        this.#endHub();
        return giveUp.abort();
      case 'service killed':
        return this.#service.signal('SIGKILL');
    }
  }

  #endHub(): void {
    this.#hubEnds.count++;
    this.#service.signal('SIGUSR2');
  }

  #connect(options?: Parameters<typeof openSession>[1]): Promise<Session> {
    return openSession(this.#service.target(this.#relayPort), options);
  }

  /** As a person would: again, until something answers. */
  async #reconnect(): Promise<Session> {
    const deadline = monotonic() + WHOLE_MS;
    for (;;) {
      try {
        return await this.#connect();
      } catch (thrown) {
        if (monotonic() > deadline) throw thrown;
      }
      // Time must pass: it is on its way back, and cannot say so.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #connected(): Promise<Session> {
    const { epoch } = this.#onlooker;
    if (this.#session?.hello.instance.epoch !== epoch) {
      this.#session?.close();
      this.#session = null;
    }
    if (!this.#session) {
      const session = await this.#reconnect();
      this.#session = session;
      void session.closed.then(() => {
        if (this.#session === session) this.#session = null;
      });
    }
    return this.#session;
  }

  async #nodeToAskFor(plan: Plan): Promise<TreeNode | undefined> {
    const { lineage, spunBy } = plan.aim;
    const node = this.#nodeOf(plan);
    if (!spunBy || !node) return node;
    const { pid } = this.#service;
    this.#service.signal(spunBy);
    const deadline = monotonic() + SPUN_WITHIN_MS;
    // Should it come to stand still only after the deadline, it has long gone on by then.
    this.#mustCount.set(lineage, deadline + SPUN_WITHIN_MS);
    while (!this.#onlooker.isBlocked(node)) {
      if (monotonic() > deadline || this.#service.pid !== pid) return undefined;
      // Time must pass: it is seen to stand still after a while.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.#mustCount.set(lineage, monotonic());
    return node;
  }

  #nodeOf({ aim }: Plan): TreeNode | undefined {
    const nodes = this.#onlooker.nodes();
    const root = nodes.find((node) => node.parent === null);
    if (aim.lineage === 'root') return root;
    if (aim.lineage === 'main') return nodes.find(({ id }) => id === `${root?.id}.0`);
    if (aim.isPast) return this.#past.get(aim.lineage);
    const stopped = this.#stopped.get(aim.lineage);
    // As the tree shows it now: ended, and kept.
    if (stopped) return nodes.find(({ id, endedAt }) => id === stopped.id && endedAt !== null);
    const node = this.#onlooker.alive(aim.lineage);
    if (!aim.isHost) return node;
    return nodes.find((each) => each.parent === node?.id && each.endedAt === null);
  }

  #incarnationOf(aim: Aim, node: TreeNode): number {
    return aim.isHost ? this.#onlooker.alive(aim.lineage)!.incarnation : node.incarnation;
  }

  #remember({ aim, act }: Plan, node: TreeNode, told: Told): void {
    const { lineage } = aim;
    const outcome = told.document?.outcome ?? 'error';
    if (isHarmless(told)) {
      for (const each of aim.subjects) this.#mustCount.set(each, told.answeredAt);
      if (act === 'suspend' && outcome === 'done' && told.releasedAt === null) this.#held = { told, aim };
      return;
    }
    if (this.#stopped.has(lineage) && outcome !== 'restarted') return;
    this.#stopped.delete(lineage);
    if (act !== 'stop' || outcome !== 'not-restarted' || aim.isPast) {
      if (node.kind === 'worker') this.#past.set(lineage, node);
      return;
    }
    if (!GAMES.includes(lineage) && lineage !== GUEST && lineage !== 'root') this.#stopped.set(lineage, node);
  }

  #mayEndHub(): boolean {
    const boot = this.#service.pid;
    if (this.#hubEnds.boot !== boot) this.#hubEnds = { boot, count: 0 };
    return this.#hubEnds.count < HUB_ENDS_A_LIFE;
  }

  /** The service's current life is up, seen, and shows every worker that should run. */
  async #whole(): Promise<void> {
    const deadline = monotonic() + WHOLE_MS;
    for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
      if (monotonic() > deadline) throw new Error(`not whole again: ${missing.join(', ')}`);
      // Dynamic children do not come back by themselves, stopped or dropped with their supervisor.
      if (missing.every((each) => GAMES.includes(each))) this.#fill();
      // Time must pass: nobody tells when log, /proc and tree agree.
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #fill(): void {
    if (this.#hasGaps) this.#service.signal('SIGHUP');
    this.#hasGaps = false;
  }
  /** An act may have taken dynamic children away for good. */
  #hasGaps = false;

  #missing(): string[] {
    const { lives, pid } = this.#service;
    if (!this.#onlooker.isCurrent) return ['the onlooker'];
    if (this.#stoppedBoot !== pid) {
      // A new life of the service has everything in its place.
      this.#stoppedBoot = pid;
      this.#stopped.clear();
      this.#past.clear();
    }
    const unseen = [...this.#stopped].filter(
      ([, { id }]) => !this.#onlooker.nodes().some((node) => node.id === id && node.endedAt !== null),
    );
    if (unseen.length > 0) return unseen.map(([lineage]) => `the end of ${lineage}`);
    return WORKERS.filter((lineage) => {
      const isStopped = [...this.#stopped.keys()].some(
        (each) => lineage === each || lineage.startsWith(`${each}/`),
      );
      if (isStopped) return false;
      const node = this.#onlooker.alive(lineage);
      const life = node && lives.of(pid, lineage, node.incarnation);
      return !life || this.#lacksHost(node) || !this.#countsAgain(life);
    });
  }
  #stoppedBoot = 0;

  /** It counts again, after an act that could have made it stand still. */
  #countsAgain(life: Life): boolean {
    if (this.#held?.aim.subjects.includes(life.lineage)) return true;
    const since = this.#mustCount.get(life.lineage) ?? 0;
    return life.startedAt > since || (life.ticks.at(-1) ?? 0) > since;
  }

  #lacksHost(node: TreeNode): boolean {
    if (node.host === 'task') return false;
    return !this.#onlooker.nodes().some((each) => each.parent === node.id && each.endedAt === null);
  }
}
