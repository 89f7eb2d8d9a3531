import type { Webhook, WebhookReport } from '#domain';
import type { StoredEvent } from '#event-log';
import type { Logger } from '#observability';
import type { Post } from './post.js';

/** What deliveries are counted with. */
export interface DeliveryCounts {
  readonly delivered: () => void;
  readonly failed: () => void;
  readonly deadLetter: () => void;
}

/** How long callbacks may take (`spec/operations.md` §5). */
export interface CallbackLimits {
  /** Whoever takes longer is left alone for a while. */
  readonly slowMs: number;
  readonly timeoutMs: number;
}

/** What the deliveries to a webhook need of the world. */
export interface DeliveryPorts {
  /** The webhook as it is now; nothing when it is gone. */
  readonly webhook: () => Webhook | undefined;
  /** Some of the events behind a position, in order; none when it is the last. */
  readonly read: (after: number) => Promise<readonly StoredEvent[]>;
  /** Position of the newest durable event that is known of. */
  readonly head: () => number;
  /** Whether this node leads for certain. */
  readonly mayAct: () => boolean;
  readonly post: Post;
  /** @throws {SealBrokenError} this node has not the key. */
  readonly openSecret: (sealed: string) => string;
  /** Has something written down; `settled` when it is durable. */
  readonly tell: (report: WebhookReport, settled?: () => void) => void;
  readonly callbacks: CallbackLimits;
  readonly counts: DeliveryCounts;
  readonly logger: Logger;
  /** Epoch ms. */
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}
