import type { Redelivery, Webhook, WebhookReport } from '#domain';
import type { StoredEvent } from '#event-log';
import { backOffMs } from './back-off.js';
import type { DeliveryPorts } from './delivery-ports.js';
import { Pause } from './pause.js';
import { PASSED_OVER, Progress } from './progress.js';
import { bodiesFor } from './render.js';
import { requestFor } from './request-for.js';

/** What cannot be read or sent for a reason of our own is tried again after this time. */
const OWN_TROUBLE_MS = 1000;

/** A callback that is further behind, in positions or in time, goes on at the head (`spec/operations.md` §5). */
const LONGEST_GAP = 10_000;
const LONGEST_GAP_MS = 3_600_000;

/** What became of an event: `later`: it is tried again. */
type Fate = 'dealt-with' | 'later';

/**
 * Sends events to one webhook, one after another in the order of the log, each at least once. Reads the log when its
 * turn comes, so a receiver that is slow or away costs nobody anything.
 */
export class WebhookDelivery {
  private readonly pause = new Pause();
  private readonly abort = new AbortController();
  private readonly progress: Progress;
  private webhook: Webhook;
  /** Requests of the event in line that were answered well. */
  private part = 0;
  private attempts: number;
  /** Position of the event that they were made for. */
  private attemptsFor: number | undefined;
  /** Epoch ms. */
  private notBeforeMs: number;
  private isStopping = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    webhook: Webhook,
    private readonly ports: DeliveryPorts,
  ) {
    this.webhook = webhook;
    this.attempts = webhook.failure?.attempts ?? 0;
    this.attemptsFor = webhook.failure?.position;
    this.notBeforeMs = webhook.failure?.nextAttemptMs ?? 0;
    this.progress = new Progress(webhook, ports.tell);
  }

  /** Positions between the head of the log and what is dealt with. */
  get lag(): number {
    return Math.max(0, this.ports.head() - this.progress.position);
  }

  start(): void {
    this.running = this.run();
  }

  /** There are new events. */
  news(): void {
    this.pause.news();
  }

  /** Somebody may have asked something of the webhook. */
  look({ revision }: Webhook): void {
    if (revision !== this.webhook.revision) this.pause.end();
  }

  /** Ends at once. A request under way is broken off, and will be repeated by whoever goes on. */
  stop(): void {
    this.isStopping = true;
    this.abort.abort();
    this.pause.end();
  }

  /** Ends after the request under way, if that takes no longer than `limitMs`, and writes down how far it has come. */
  async finish(limitMs: number): Promise<void> {
    this.isStopping = true;
    this.pause.end();
    const timer = setTimeout(() => this.abort.abort(), limitMs);
    await this.running;
    clearTimeout(timer);
    this.progress.finish();
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.step();
      } catch (error) {
        if (this.isStopping) return;
        const { id } = this.webhook;
        this.ports.logger.error({ webhook: id, error: String(error) }, 'deliveries to a webhook failed');
        await this.pause.wait({ forMs: OWN_TROUBLE_MS, isIdle: false });
      }
    }
  }

  private async step(): Promise<void> {
    const { ports, progress } = this;
    if (!this.refresh()) return this.pause.wait({ isIdle: false });
    // What was asked of it is not durable yet.
    if (this.webhook.revision > ports.head()) return this.pause.wait({ isIdle: true });
    if (this.webhook.paused !== undefined) return this.pause.wait({ isIdle: false });
    const waitMs = this.notBeforeMs - ports.nowMs();
    if (waitMs > 0) return this.pause.wait({ forMs: waitMs, isIdle: false });
    if (!ports.mayAct()) return this.pause.wait({ forMs: OWN_TROUBLE_MS, isIdle: false });
    const [range] = this.webhook.redeliveries;
    if (range !== undefined) return this.redeliver(range);
    if (progress.position < ports.head()) return this.goOn();
    if (progress.recordIfDue()) return;
    return this.pause.wait({ forMs: progress.dueInMs, isIdle: true });
  }

  /** Whether the webhook is still there. What was asked of it begins anew: no failure counts any more. */
  private refresh(): boolean {
    const now = this.ports.webhook();
    if (now === undefined) return false;
    if (now.revision !== this.webhook.revision) {
      this.attempts = 0;
      this.notBeforeMs = 0;
      this.part = 0;
    }
    this.webhook = now;
    return true;
  }

  private async goOn(): Promise<void> {
    const { progress } = this;
    const page = await this.ports.read(progress.position);
    // The newest events are not durable yet.
    if (page.length === 0) return this.pause.wait({ forMs: OWN_TROUBLE_MS, isIdle: true });
    for (const event of page) {
      const bodies = bodiesFor(this.webhook, event);
      if (bodies.length > 0) {
        if (this.hasMissedTooMuch(event)) return this.jump(event);
        if ((await this.deliver(event, bodies)) === 'later') return;
      }
      progress.advance(event.position, bodies.length > 0);
      if (this.mustPause()) return;
    }
  }

  /** Delivers a part of a range once more, and waits until that is written down. */
  private async redeliver(range: Redelivery): Promise<void> {
    const { from, to } = range;
    const last = await this.repeat(range);
    if (last >= to) await this.tell({ kind: 'redelivered', done: 1 });
    else if (last >= from) await this.tell({ kind: 'redelivered', done: 0, position: last });
  }

  /**
   * Goes on until something was sent, or so much was passed over that it is worth a note; answers the last position that
   * is dealt with.
   */
  private async repeat({ from, to }: Redelivery): Promise<number> {
    let last = from - 1;
    for (let wasSent = false; !wasSent && last < Math.min(to, from + PASSED_OVER);) {
      const page = await this.ports.read(last);
      // There is nothing more, so the range is done with.
      if (page.length === 0) return to;
      for (const event of page) {
        if (event.position > to) return to;
        const bodies = bodiesFor(this.webhook, event);
        if ((await this.deliver(event, bodies)) === 'later') return last;
        last = event.position;
        wasSent ||= bodies.length > 0;
        if (this.mustPause()) return last;
      }
    }
    return last;
  }

  /** Whether somebody wants the deliveries to stand still; looked at between two events. */
  private mustPause(): boolean {
    return this.isStopping || this.isAskedOtherwise() || this.notBeforeMs > this.ports.nowMs();
  }

  /** Whether somebody has asked something of the webhook since its turn came. */
  private isAskedOtherwise(): boolean {
    return this.ports.webhook()?.revision !== this.webhook.revision;
  }

  private hasMissedTooMuch({ position, time }: StoredEvent): boolean {
    if (this.webhook.kind !== 'callback') return false;
    return this.ports.head() - position > LONGEST_GAP || this.ports.nowMs() - time > LONGEST_GAP_MS;
  }

  private async jump({ position: from }: StoredEvent): Promise<void> {
    const { webhook, ports } = this;
    const to = ports.head();
    const reason = `the callback was out of reach for more than ${LONGEST_GAP} events or an hour`;
    ports.logger.warn({ webhook: webhook.id, from, to }, `events are not sent: ${reason}`);
    await this.tell({ kind: 'skipped', from, to, reason });
    this.progress.jump(to);
    this.attempts = 0;
    this.part = 0;
  }

  private async deliver(event: StoredEvent, bodies: readonly string[]): Promise<Fate> {
    while (this.part < bodies.length) {
      // The part before was taken, though slowly.
      if (this.notBeforeMs > this.ports.nowMs()) return 'later';
      const fate = await this.attempt(event, bodies[this.part] ?? '');
      if (fate === 'given-up') break;
      if (fate === 'later') return 'later';
      this.part += 1;
    }
    this.part = 0;
    return 'dealt-with';
  }

  private async attempt(event: StoredEvent, body: string): Promise<'taken' | 'given-up' | 'later'> {
    const { webhook, ports } = this;
    if (!ports.mayAct() || this.isStopping || this.isAskedOtherwise()) return 'later';
    const request = requestFor({ webhook, event, part: this.part, body }, ports);
    if ('unsealed' in request) return this.failed(event, request.unsealed, { isOurs: true });
    const outcome = await ports.post(request, this.abort.signal);
    if (outcome.kind === 'delivered') {
      ports.counts.delivered();
      if (webhook.kind === 'callback' && outcome.durationMs > ports.callbacks.slowMs)
        this.backOff(event, `the receiver took ${Math.round(outcome.durationMs)} ms`);
      else if (this.isCountedFor(event)) this.attempts = 0;
      return 'taken';
    }
    if (this.abort.signal.aborted) return 'later';
    // It was asked for in another way, and says nothing of what is asked for now.
    if (this.isAskedOtherwise()) return this.forgotten();
    if (outcome.kind === 'gone' && webhook.kind === 'webhook') {
      ports.counts.failed();
      ports.logger.warn({ webhook: webhook.id }, 'a webhook is paused: its receiver answered 410 Gone');
      await this.tell({ kind: 'gone', reason: 'the receiver answered 410 Gone' });
      return 'later';
    }
    return this.failed(event, outcome.error, { isOurs: false });
  }

  private forgotten(): 'later' {
    this.ports.counts.failed();
    return 'later';
  }

  /** `isOurs`: nothing was sent, so nothing is given up for it. */
  private async failed(
    event: StoredEvent,
    error: string,
    { isOurs }: { readonly isOurs: boolean },
  ): Promise<'given-up' | 'later'> {
    const { webhook, ports } = this;
    ports.counts.failed();
    if (!this.isCountedFor(event)) this.attempts = 0;
    if (isOurs || this.attempts + 1 < webhook.maxAttempts) {
      const nextAttemptMs = this.backOff(event, error);
      this.progress.failing();
      const { position } = event;
      ports.tell({ kind: 'failed', position, attempts: this.attempts, error, nextAttemptMs });
      if (isOurs) this.attempts = Math.min(this.attempts, webhook.maxAttempts - 1);
      return 'later';
    }
    const attempts = this.attempts + 1;
    const { position } = event;
    ports.logger.warn({ webhook: webhook.id, position, attempts, error }, 'an event became a dead letter');
    ports.counts.deadLetter();
    await this.tell({ kind: 'given-up', position, attempts, error });
    this.attempts = 0;
    return 'given-up';
  }

  /**
   * Whether the attempts were made for this event. What a leader sends again that was sent already, before it comes to what
   * failed, has attempts of its own; whether a callback is left alone depends on its last requests, whatever they were for.
   */
  private isCountedFor({ position }: StoredEvent): boolean {
    return this.webhook.kind === 'callback' || this.attempts === 0 || position === this.attemptsFor;
  }

  /** Counts a failure, or a receiver that was slow; answers when the next request may go out, epoch ms. */
  private backOff({ position }: StoredEvent, error: string): number {
    const { ports, webhook } = this;
    this.attempts += 1;
    this.attemptsFor = position;
    this.notBeforeMs = ports.nowMs() + backOffMs(webhook.kind, this.attempts, ports.random());
    if (this.attempts === 1)
      ports.logger.warn({ webhook: webhook.id, position, error }, 'a webhook is left alone for a while');
    return this.notBeforeMs;
  }

  /** Has something written down, and waits until it is; no longer than until deliveries end. */
  private tell(report: WebhookReport): Promise<void> {
    const { signal } = this.abort;
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const settled = (): void => {
        signal.removeEventListener('abort', settled);
        resolve();
      };
      signal.addEventListener('abort', settled);
      this.ports.tell(report, settled);
    });
  }
}
