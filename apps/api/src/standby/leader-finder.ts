import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnAddress } from '../listeners/own-address.js';
import type { LeaderTerm } from './leader-term.js';

/** Where a request is to be answered. */
export type Lead =
  | { readonly at: 'here' }
  | { readonly at: 'elsewhere'; readonly hostPort: string }
  /** Nobody is known to lead, or this node is elected and still loads. */
  | { readonly at: 'nowhere' };

const NOWHERE: Lead = { at: 'nowhere' };
const HERE: Lead = { at: 'here' };

/** How often a waiting request looks again, in ms. */
const LOOK_MS = 25;

/** Finds who leads (`spec/operations.md` §7.1, §7.4). */
export class LeaderFinder {
  constructor(
    private readonly term: LeaderTerm,
    private readonly own: OwnAddress,
    private readonly waitMs: number,
  ) {}

  /** `host:port` of the leader as headers and `/v2/leader` tell it. */
  get hostPort(): string | undefined {
    const { leadership } = this.term;
    return leadership.leader ?? (leadership.leadsNow() ? this.own.hostPort : undefined);
  }

  /** Base address of the leader. */
  get baseUrl(): string | undefined {
    const { hostPort } = this;
    return hostPort === undefined ? undefined : `${this.own.scheme}://${hostPort}`;
  }

  /** Who leads at this moment. */
  look(): Lead {
    if (this.term.now()) return HERE;
    const hostPort = this.term.leadership.leader;
    return hostPort === undefined || hostPort === this.own.hostPort ? NOWHERE : { at: 'elsewhere', hostPort };
  }

  /** Why no other node can be asked, for people; of a node that does not answer as the leader itself. */
  get whyNotElsewhere(): string {
    const { leadership, hasBegun } = this.term;
    const isElected = leadership.leadsNow() || leadership.leader === this.own.hostPort;
    if (!isElected) return 'No leader is known';
    return hasBegun
      ? 'It is not certain that this node still leads'
      : 'This node is elected and loads the state';
  }

  /** Who leads, waiting up to `--leader_wait_timeout` for somebody who does and has loaded. */
  async find(): Promise<Lead> {
    const deadlineMs = performance.now() + this.waitMs;
    for (;;) {
      await this.term.begunWithin(LOOK_MS);
      const lead = this.look();
      if (lead.at !== 'nowhere' || performance.now() >= deadlineMs) return lead;
      await sleep(LOOK_MS);
    }
  }
}
