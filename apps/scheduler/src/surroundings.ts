import { httpTransport, type MasterTransport } from '#mesos';
import { createProbe, type Probe } from './health/probe.js';
import { askReadiness, type AskReadiness } from './readiness/ask-readiness.js';
import { createSender, type CreateSender } from './webhooks/post.js';
import { IdentitySource } from './writer/identity-source.js';

/** What a scheduler meets of the world beside its log and its lead. */
export interface Surroundings {
  /** Time, identity and chance for decisions. */
  readonly identity: IdentitySource;
  /** How it reaches the master. */
  readonly transport: MasterTransport;
  /** How it checks the health of tasks. */
  readonly probe: Probe;
  /** How it asks tasks whether they are ready. */
  readonly askReadiness: AskReadiness;
  /** How it sends to webhooks. */
  readonly createSender: CreateSender;
  /** How often the writer is told that time has passed. */
  readonly tickIntervalMs: number;
}

/** The machine and the network as they are. */
export const realSurroundings = (): Surroundings => ({
  identity: new IdentitySource(),
  transport: httpTransport,
  probe: createProbe(),
  askReadiness,
  createSender,
  tickIntervalMs: 100,
});
