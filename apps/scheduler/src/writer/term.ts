import { LogFencedError, LogUnavailableError } from '#event-log';
import { setTimeout as delay } from 'node:timers/promises';
import { checkIdentity, WrongClusterError } from '../lead/cluster-identity.js';
import { LeadLostError, LogLostError } from '../lead/lead.js';
import type { LogPatience } from '../lead/log-patience.js';
import { recoverState, type Recovered } from './recovery.js';
import type { WriterPorts } from './writer-ports.js';

/** How often a log that takes no writes is asked whether it does again. */
export const RETRY_INTERVAL_MS = 1000;

/** A leader term that has begun, and the state that it begins with. */
export interface Term extends Recovered {
  readonly epoch: number;
  /** What it took to fence the former leader, ms. */
  readonly claimMs: number;
  /** What it took to have the state, ms. */
  readonly loadMs: number;
}

/**
 * Claims the next term, so that no former leader's append is taken any more, and brings the state to the head of the log:
 * the warm one where there is one, else a copy of what the process knows, else by replaying.
 *
 * @throws {WrongClusterError} the log is that of a cluster with another identity.
 */
export async function beginTerm(
  { log, logger, cluster, presentState }: Pick<WriterPorts, 'log' | 'logger' | 'cluster' | 'presentState'>,
  warm?: WriterPorts['warm'],
): Promise<Term> {
  const startedMs = performance.now();
  const epoch = await log.claimEpoch();
  const claimedMs = performance.now();
  const recovered =
    (await warm?.handOver(await log.head())) ?? (await recoverState(log, logger, presentState?.()));
  const warning = checkIdentity(cluster, recovered.state.cluster);
  if (warning !== undefined) logger.warn({}, warning);
  return { ...recovered, epoch, claimMs: claimedMs - startedMs, loadMs: performance.now() - claimedMs };
}

/** What the log of the process tells of the beginning of a term. */
export function termFacts(term: Term, durationMs: number): Record<string, number | undefined> {
  const { epoch, state, replayed, snapshotPosition, claimMs, loadMs } = term;
  return {
    epoch,
    position: state.position,
    snapshotPosition,
    replayed,
    claimMs: Math.round(claimMs),
    loadMs: Math.round(loadMs),
    durationMs: Math.round(durationMs),
    apps: state.apps.size,
    instances: state.instances.size,
  };
}

const DEPOSITIONS = [LogFencedError, LeadLostError, LogLostError, WrongClusterError];

/** Whether an error says that this node must not write any more, however the log is. */
export const isDeposition = (error: unknown): error is Error =>
  DEPOSITIONS.some((type) => error instanceof type);

interface ComeBack {
  /** Whether it is still wanted. */
  readonly isWanted: () => boolean;
  /** Begins a term anew. */
  readonly begin: () => Promise<void>;
  readonly onUnavailable: (reason: string) => void;
  /** How long the log may be out of reach. */
  readonly patience: LogPatience;
}

/**
 * Begins a new term once the log takes writes again, and only while this node is known to lead: whoever was deposed
 * meanwhile would fence the real leader by it.
 *
 * @throws {LeadLostError} somebody else was elected.
 * @throws {LogFencedError} somebody else has begun a term.
 * @throws {LogLostError} the log was out of reach for too long.
 */
export async function comeBack(
  { log, lead, logger }: Pick<WriterPorts, 'log' | 'lead' | 'logger'>,
  { isWanted, begin, onUnavailable, patience }: ComeBack,
): Promise<void> {
  for (let attempt = 1; isWanted(); attempt++) {
    try {
      await log.checkWritable();
      if (lead.mayAct()) {
        if (await lead.confirm()) return await begin();
        if (lead.mayAct()) throw new LeadLostError('another node was elected while the log took no writes');
      }
    } catch (error) {
      if (isDeposition(error)) throw error;
      onUnavailable(messageOf(error));
      if (error instanceof LogUnavailableError) patience.check(messageOf(error));
      else logger.error({ error: messageOf(error), attempt }, 'recovery failed, trying again');
    }
    await delay(RETRY_INTERVAL_MS);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The same, with where it happened. */
export const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
