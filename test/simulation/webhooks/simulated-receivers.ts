import type { Random } from '../kernel/random.js';
import type { Process } from '../kernel/process.js';
import type { World } from '../kernel/world.js';
import type { CreateSender, Delivery, DeliveryOutcome } from '../../../apps/scheduler/src/webhooks/post.js';
import type { WebhookLedger, WebhookRequest } from './webhook-ledger.js';

/** What a test breaks on purpose between a node and receivers. */
export interface WebhookDefects {
  /** One request in so many is said to be taken and never arrives. */
  readonly losesDeliveries?: number;
}

/** How a receiver meets a request. */
type Manner = 'takes' | 'refuses' | 'hangsUp' | 'isSilent' | 'isGone';

/** How a receiver is, by how it meets requests. */
const NATURES: readonly Readonly<Record<Manner, number>>[] = [
  { takes: 1, refuses: 0, hangsUp: 0, isSilent: 0, isGone: 0 },
  { takes: 60, refuses: 10, hangsUp: 20, isSilent: 3, isGone: 0 },
  { takes: 90, refuses: 2, hangsUp: 0, isSilent: 0, isGone: 8 },
];

/** A receiver that is away is so for so long on average, and then there for twice as long, ms. */
const MEAN_OUTAGE_MS = 10_000;

/** A slow receiver takes so long on average, ms. */
const MEAN_DELAY_MS = 2000;

/** Addresses that webhooks are sent to. */
export const RECEIVERS = ['steady', 'flaky', 'going', 'away', 'slow', 'static'].map(
  (name) => `http://${name}.example/hook`,
);

/** Where events go, whoever asked for it. */
export class SimulatedReceivers {
  private readonly random: Random;
  private sent = 0;
  private isAway = false;
  private awayUntilMs = 0;

  constructor(
    private readonly parts: {
      readonly world: World;
      readonly ledger: WebhookLedger;
      readonly defects: WebhookDefects;
      readonly onViolation: (error: unknown) => void;
    },
  ) {
    this.random = parts.world.random.fork('receivers');
  }

  /** What a process sends with. */
  senderFor(process: Process): CreateSender {
    return () => {
      const sender = {};
      return {
        post: (delivery, signal) =>
          process.awaiting(this.exchange(requestOf(sender, delivery), delivery, signal)),
        close: () => Promise.resolve(),
      };
    };
  }

  private exchange(
    request: WebhookRequest,
    { timeoutMs }: Delivery,
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    const { world, defects, ledger } = this.parts;
    this.sent += 1;
    if (defects.losesDeliveries !== undefined && this.sent % defects.losesDeliveries === 0)
      return Promise.resolve({ kind: 'delivered', durationMs: 1 });
    this.guarded(() => ledger.send(request));
    const { durationMs, manner } = this.meet(request.url, timeoutMs);
    const { id, position, part } = request;
    world.trace.note('WEBHOOK', `${id} ${position}.${part} ${request.url} ${manner}`);
    return new Promise((resolve) => {
      const end = (outcome: DeliveryOutcome): void => {
        this.guarded(() => ledger.ended(request, outcome.kind === 'delivered' ? 'taken' : outcome.kind));
        resolve(outcome);
      };
      const abort = (): void => end({ kind: 'failed', error: 'it was broken off' });
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort);
      world.time.after(durationMs, () => {
        if (signal.aborted) return;
        signal.removeEventListener('abort', abort);
        end(outcomeOf(manner, durationMs));
      });
    });
  }

  /** When the sender hears of it, and what. */
  private meet(url: string, timeoutMs: number): { durationMs: number; manner: Manner } {
    const { world } = this.parts;
    const travelMs = world.network.latencyMs() + world.network.latencyMs();
    const index = RECEIVERS.indexOf(url);
    if (world.calm || index < 0) return { durationMs: travelMs, manner: 'takes' };
    if (url.includes('away') && this.isOut()) return { durationMs: travelMs, manner: 'hangsUp' };
    const manner = this.random.weighted(NATURES[index] ?? NATURES[0]!);
    const durationMs = travelMs + (url.includes('slow') ? this.random.around(MEAN_DELAY_MS) : 0);
    return manner === 'isSilent' || durationMs > timeoutMs
      ? { durationMs: timeoutMs, manner: 'isSilent' }
      : { durationMs, manner };
  }

  /** Comes and goes. */
  private isOut(): boolean {
    const { time } = this.parts.world;
    while (time.nowMs >= this.awayUntilMs) {
      this.isAway = !this.isAway;
      this.awayUntilMs += this.random.around(this.isAway ? MEAN_OUTAGE_MS : 2 * MEAN_OUTAGE_MS);
    }
    return this.isAway;
  }

  private guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.parts.onViolation(error);
    }
  }
}

function requestOf(sender: object, { url, headers, body }: Delivery): WebhookRequest {
  return {
    sender,
    id: headers['x-ekiden-webhook'] ?? '',
    url,
    position: Number(headers['x-event-id']),
    part: Number(headers['x-event-index']),
    body,
  };
}

function outcomeOf(manner: Manner, durationMs: number): DeliveryOutcome {
  if (manner === 'takes') return { kind: 'delivered', durationMs };
  if (manner === 'isGone') return { kind: 'gone', error: 'the receiver answered 410' };
  return { kind: 'failed', error: manner };
}
