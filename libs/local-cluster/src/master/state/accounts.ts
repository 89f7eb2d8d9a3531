import type { Resource } from '#mesos';
import type { FairShare, Holder } from '../allocator/fair-share.js';
import type { Agent } from './agent.js';

/** Moves resources between an agent's free pool and their holders, so that both sides always add up. */
export class Accounts {
  /** Counts what was given back: only then there may be more to offer than before. */
  returns = 0;

  constructor(private readonly fairShare: FairShare) {}

  take(agent: Agent, holder: Holder, resources: readonly Resource[]): void {
    agent.take(resources);
    this.fairShare.charge(holder, resources);
  }

  giveBack(agent: Agent, holder: Holder, resources: readonly Resource[]): void {
    this.returns += 1;
    agent.giveBack(resources);
    this.fairShare.release(holder, resources);
  }
}
