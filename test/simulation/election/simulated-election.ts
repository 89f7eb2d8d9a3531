import type { CandidateListener, Coordination } from '#coordination';
import { ENSEMBLE } from '../kernel/network.js';
import type { Process } from '../kernel/process.js';
import type { World } from '../kernel/world.js';

/** How long the ensemble waits for a silent node, ms. */
export const SESSION_TIMEOUT_MS = 10_000;
/** How much of that a leader counts on. */
const LEASE_MS = (SESSION_TIMEOUT_MS * 11) / 12;
/** So old the newest sign of life may be, ms. */
const RENEWAL_MS = SESSION_TIMEOUT_MS / 12;

/** The ensemble: who stands for election, in order of arrival. */
export class SimulatedElection {
  private readonly candidates: SimulatedCoordination[] = [];
  private readonly watchers = new Set<SimulatedCoordination>();

  constructor(private readonly world: World) {}

  join(process: Process, hostPort: string): SimulatedCoordination {
    const member = new SimulatedCoordination(this, { world: this.world, process }, hostPort);
    this.watchers.add(member);
    process.onEnd(() => this.died(member));
    return member;
  }

  stand(member: SimulatedCoordination): void {
    this.candidates.push(member);
    this.announce();
  }

  remove(member: SimulatedCoordination): void {
    const index = this.candidates.indexOf(member);
    if (index < 0) return;
    this.candidates.splice(index, 1);
    this.world.trace.note('ELECTION', `${member.hostPort} is out`);
    this.announce();
  }

  isFirst(member: SimulatedCoordination): boolean {
    return this.candidates[0] === member;
  }

  hasOthers(member: SimulatedCoordination): boolean {
    return this.candidates.some((other) => other !== member);
  }

  get leader(): SimulatedCoordination | undefined {
    return this.candidates[0];
  }

  /** A link between a node and the ensemble was cut or mended. */
  linkChanged(node: string, isCut: boolean): void {
    for (const member of this.watchers) {
      if (member.node === node) member.linkChanged(isCut);
    }
  }

  /** The ensemble ends the session of a node, as if it had been silent for too long. */
  expire(node: string): void {
    for (const member of this.watchers) if (member.node === node) member.expired();
  }

  forget(member: SimulatedCoordination): void {
    this.watchers.delete(member);
    this.remove(member);
  }

  /** A process that ended without a word is noticed when its session ends. */
  private died(member: SimulatedCoordination): void {
    this.watchers.delete(member);
    this.world.time.after(this.world.random.between(1, SESSION_TIMEOUT_MS), () => this.remove(member));
  }

  private announce(): void {
    for (const member of this.watchers) member.look();
  }
}

/** One node's part in the election. */
export class SimulatedCoordination implements Coordination {
  leader: string | undefined;
  private listener: CandidateListener | undefined;
  private readonly listeners = new Set<(leader: string | undefined) => void>();
  private state: 'watching' | 'standing' | 'leading' | 'over' = 'watching';
  /** When the ensemble last heard of it; absent while it hears all the time. */
  private silentSinceMs: number | undefined;
  private cuts = 0;

  constructor(
    private readonly election: SimulatedElection,
    private readonly parts: { readonly world: World; readonly process: Process },
    readonly hostPort: string,
  ) {}

  get node(): string {
    return this.parts.process.node;
  }

  async start(candidate?: CandidateListener): Promise<void> {
    await this.contact();
    this.listener = candidate;
    this.look();
    if (candidate === undefined) return;
    this.state = 'standing';
    this.election.stand(this);
  }

  onLeaderChange(listener: (leader: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  mayAct(): boolean {
    if (this.state !== 'leading' || !this.parts.process.isAlive) return false;
    return this.silentSinceMs === undefined || this.nowMs - this.silentSinceMs < LEASE_MS;
  }

  async confirm(): Promise<boolean> {
    if (this.isCut) return this.later(() => false, SESSION_TIMEOUT_MS / 3);
    return this.later(() => !this.isCut && this.state === 'leading' && this.election.isFirst(this));
  }

  othersStand(): boolean {
    return this.election.hasOthers(this);
  }

  async withdraw(): Promise<void> {
    this.state = 'over';
    if (this.isCut) {
      this.parts.world.time.after(SESSION_TIMEOUT_MS, () => this.election.remove(this));
      return;
    }
    await this.later(() => this.election.remove(this));
  }

  async close(): Promise<void> {
    await this.withdraw();
    this.election.forget(this);
  }

  /** The election may have another outcome than before; the node hears of it a little later. */
  look(): void {
    this.tell(() => {
      if (this.isCut) return;
      this.see(this.election.leader?.hostPort);
      if (this.state === 'standing' && this.election.isFirst(this)) {
        this.state = 'leading';
        this.parts.world.trace.note('ELECTION', `${this.hostPort} is elected`);
        this.listener?.onElected();
      }
    });
  }

  linkChanged(isCut: boolean): void {
    const { world } = this.parts;
    this.cuts += 1;
    const { cuts } = this;
    if (!isCut) return this.tell(() => this.reconnected());
    this.silentSinceMs ??= this.nowMs - world.random.between(0, RENEWAL_MS);
    const silentSinceMs = this.silentSinceMs;
    const stillCut = (): boolean => this.cuts === cuts && this.isCut;
    world.time.after(world.random.between(50, RENEWAL_MS * 2), () => {
      if (stillCut() && this.state === 'leading' && this.parts.process.isAlive) this.listener?.onSuspended();
    });
    world.time.after(silentSinceMs + LEASE_MS - this.nowMs, () => {
      if (stillCut()) this.lose('connection');
    });
    // The ensemble counts from the last word it has heard, which may be younger than the node can know.
    world.time.after(silentSinceMs + SESSION_TIMEOUT_MS - this.nowMs, () => {
      if (stillCut()) this.expired();
    });
  }

  /** The session is over for the ensemble; the node hears of it once it can. */
  expired(): void {
    this.election.remove(this);
    this.tell(() => {
      if (!this.isCut) this.lose('session');
    });
  }

  private reconnected(): void {
    if (this.isCut) return;
    const wasSilent = this.silentSinceMs !== undefined;
    this.silentSinceMs = undefined;
    this.look();
    if (!wasSilent || this.state !== 'leading') return;
    if (this.election.isFirst(this)) this.listener?.onResumed();
    else this.lose('session');
  }

  private lose(reason: 'connection' | 'session'): void {
    if (this.state === 'over' || this.state === 'watching' || !this.parts.process.isAlive) return;
    this.state = 'over';
    this.parts.world.trace.note('ELECTION', `${this.hostPort} loses: ${reason}`);
    this.listener?.onLost({ reason, message: `simulated loss of the ${reason}` });
  }

  private see(leader: string | undefined): void {
    if (leader === this.leader) return;
    this.leader = leader;
    for (const listener of this.listeners) listener(leader);
  }

  private get nowMs(): number {
    return this.parts.world.time.nowMs;
  }

  private get isCut(): boolean {
    return this.parts.world.network.isCut(this.node, ENSEMBLE);
  }

  private async contact(): Promise<void> {
    do await this.later(() => undefined);
    while (this.isCut);
  }

  private tell(act: () => void): void {
    const { world, process } = this.parts;
    world.time.after(world.network.latencyMs(), () => process.isAlive && act());
  }

  private later<T>(answer: () => T, extraMs = 0): Promise<T> {
    const { world, process } = this.parts;
    return process.awaiting(
      new Promise((resolve) =>
        world.time.after(world.network.latencyMs() + extraMs, () => resolve(answer())),
      ),
    );
  }
}
