import type { EventData, WebhookSettings } from '#domain';
import type { StoredEvent } from '#event-log';
import { must } from '../checking/violation.js';
import type { SharedTopic } from '../log/shared-topic.js';
import { wantedBodies } from './wanted-bodies.js';
import { settingsOf, WebhookBook, type AskedAgain, type BookedWebhook } from './webhook-book.js';

const IN_ORDER = 'a webhook is told of every event that it asked for, in order';
const ASKED_FOR = 'a webhook is told of nothing that it did not ask for';
const ONE_AT_A_TIME = 'a webhook has one request under way at a time';
const GONE = 'a webhook whose receiver is gone is paused';
const LETTERS = 'an event is given up after so many attempts as the webhook asks for, and not before';

/** One request as a receiver gets it. */
export interface WebhookRequest {
  /** Whose it is: a node sends over one object for as long as it leads and its log takes writes. */
  readonly sender: object;
  readonly id: string;
  readonly url: string;
  readonly position: number;
  /** Place among the requests of this position. */
  readonly part: number;
  readonly body: string;
}

/** What is known of the deliveries to one webhook. */
interface Deliveries {
  /** Everything up to here was seen to be dealt with, when the log had come to `verifiedAt`. */
  verified: number;
  verifiedAt: number;
  /** Bodies that were answered well and whose sender heard it, by position; with where the log was then. */
  readonly told: Map<number, Map<string, number>>;
  /** Requests by position, whatever came of them. */
  readonly attempts: Map<number, number>;
  /** Senders that wait for an answer. */
  readonly waiting: Set<object>;
  /** Who was told that the receiver is gone, until that is on the log. */
  goneTo: object | undefined;
}

/** What all webhooks together asked for and were told, by the log and by what arrives (docs/webhooks.md). */
export class WebhookLedger {
  readonly book = new WebhookBook();
  private readonly deliveries = new Map<string, Deliveries>();
  /** End of the log at the last look. */
  private lookedTo = 0;

  constructor(private readonly topic: SharedTopic) {}

  /** A node sends a request. @throws {Violation} it must not */
  send({ sender, id, url, position, part, body }: WebhookRequest): void {
    this.catchUp();
    const webhook = this.book.webhooks.get(id);
    must(webhook !== undefined, ASKED_FOR, () => `${id} is on the log no more, or not yet`);
    const name = (): string => `${id} is sent ${position}.${part}`;
    const settings = settingsOf(webhook);
    const [event] = this.topic.read(position - 1, position);
    const bodies = event === undefined ? [] : wantedBodies(settings, event);
    must(!webhook.isPaused, ASKED_FOR, () => `${name()} while it is paused`);
    must(url === settings.url, ASKED_FOR, () => `${name()} at ${url}, not ${settings.url}`);
    must(bodies[part] === body, ASKED_FOR, () => `${name()}: ${body}, not ${bodies[part]}`);
    const own = this.of(webhook);
    must(own.goneTo !== sender, GONE, name);
    must(!own.waiting.has(sender), ONE_AT_A_TIME, name);
    this.checkPlace(webhook, position);
    for (const before of bodies.slice(0, part)) {
      must(own.told.get(position)?.has(before) === true, IN_ORDER, () => `${name()} before ${before}`);
    }
    own.waiting.add(sender);
    own.attempts.set(position, (own.attempts.get(position) ?? 0) + 1);
  }

  /** What became of it, as far as its sender knows. */
  ended({ sender, id, position, body }: WebhookRequest, outcome: 'taken' | 'gone' | 'failed'): void {
    const own = this.deliveries.get(id);
    if (own === undefined) return;
    own.waiting.delete(sender);
    const webhook = this.book.webhooks.get(id);
    if (outcome === 'gone' && webhook?.kind === 'webhook' && !webhook.isPaused) own.goneTo = sender;
    if (outcome !== 'taken') return;
    const bodies = own.told.get(position);
    if (bodies === undefined) own.told.set(position, new Map([[body, this.book.position]]));
    else bodies.set(body, this.book.position);
  }

  /** What a webhook has not been told yet of what was on the log at the last look; nothing when all is well. */
  behind(): string | undefined {
    const to = this.lookedTo;
    this.lookedTo = this.topic.head;
    this.catchUp();
    for (const webhook of this.book.webhooks.values()) {
      if (webhook.isPaused) continue;
      const [again] = webhook.asked;
      if (again !== undefined) return `webhook ${webhook.id} waits for ${again.from} to ${again.to} again`;
      const missing = this.missing(webhook, to);
      if (missing !== undefined) return `webhook ${webhook.id} was not told of ${missing}`;
    }
    return undefined;
  }

  /** Reads what is on the log by now. */
  catchUp(): void {
    const { book, topic } = this;
    if (book.position === topic.head) return;
    for (const event of topic.read(book.position, topic.head)) {
      if (event.type.startsWith('Webhook')) this.checkFact(event);
      book.take(event);
    }
  }

  /** Behind everything that is dealt with, or where somebody wants it again; and nothing before it is left. */
  private checkPlace(webhook: BookedWebhook, position: number): void {
    const [again] = webhook.asked;
    if (again === undefined) {
      must(
        position > webhook.cursor,
        ASKED_FOR,
        () => `${webhook.id} is sent ${position} again: it has come to ${webhook.cursor}`,
      );
      return this.verify(webhook, position - 1);
    }
    must(
      position >= again.from && position <= again.to,
      IN_ORDER,
      () => `${webhook.id} is sent ${position} before ${again.from} to ${again.to}, which it wants again`,
    );
    this.verifyAgain(webhook, again, position - 1);
  }

  private verify(webhook: BookedWebhook, to: number): void {
    const missing = this.missing(webhook, to);
    must(missing === undefined, IN_ORDER, () => `${webhook.id} goes on to ${to + 1} without ${missing}`);
  }

  /** The first event up to a position that was neither taken nor given up. */
  private missing(webhook: BookedWebhook, to: number): number | undefined {
    const own = this.of(webhook);
    if (to <= own.verified) return undefined;
    const inForce = settingsSince(webhook, own.verifiedAt);
    for (const event of this.topic.read(own.verified, to)) {
      const { position } = event;
      const isDone =
        position <= webhook.skippedTo ||
        webhook.givenUp.has(position) ||
        required(inForce, event).every((body) => own.told.get(position)?.has(body) === true);
      if (!isDone) return position;
      own.verified = position;
    }
    own.verifiedAt = this.book.position;
    return undefined;
  }

  private verifyAgain(webhook: BookedWebhook, { from, at }: AskedAgain, to: number): void {
    const { told } = this.of(webhook);
    const inForce = settingsSince(webhook, at);
    for (const event of this.topic.read(from - 1, to)) {
      const { position } = event;
      const isDone =
        (webhook.givenUp.get(position) ?? 0) > at ||
        required(inForce, event).every((body) => (told.get(position)?.get(body) ?? 0) >= at);
      must(isDone, IN_ORDER, () => `${webhook.id} goes on to ${to + 1} without ${position}, asked for again`);
    }
  }

  /** What is written down of deliveries must be true. */
  private checkFact({ type, data, position }: StoredEvent): void {
    const { id } = data as { id: string };
    const webhook = this.book.webhooks.get(id);
    if (webhook === undefined) return;
    const own = this.of(webhook);
    switch (type) {
      case 'WebhookAdvanced': {
        const { position: to } = data as EventData['WebhookAdvanced'];
        must(to < position, IN_ORDER, () => `${id} has come to ${to}, says the log at ${position}`);
        return this.verify(webhook, to);
      }
      case 'WebhookRedelivered': {
        const { done, position: to } = data as EventData['WebhookRedelivered'];
        for (const again of webhook.asked.slice(0, done)) this.verifyAgain(webhook, again, again.to);
        const next = webhook.asked[done];
        if (next !== undefined && to !== undefined) this.verifyAgain(webhook, next, to);
        return;
      }
      case 'WebhookDeadLettered': {
        const { position: of, attempts } = data as EventData['WebhookDeadLettered'];
        const { maxAttempts } = settingsOf(webhook);
        const made = own.attempts.get(of) ?? 0;
        must(
          attempts === maxAttempts && made >= attempts,
          LETTERS,
          () => `${id} gives ${of} up after ${made} attempts, it says ${attempts} of ${maxAttempts}`,
        );
        return;
      }
      case 'WebhookPaused':
        own.goneTo = undefined;
        return;
      case 'WebhookUnsubscribed':
        this.deliveries.delete(id);
    }
  }

  private of({ id, cursor, history }: BookedWebhook): Deliveries {
    let known = this.deliveries.get(id);
    if (known === undefined) {
      known = {
        verified: cursor,
        verifiedAt: history[0]!.from,
        told: new Map(),
        attempts: new Map(),
        waiting: new Set(),
        goneTo: undefined,
      };
      this.deliveries.set(id, known);
    }
    return known;
  }
}

/** What the webhook asked for at a position and at any time since. */
const settingsSince = ({ history }: BookedWebhook, position: number): WebhookSettings[] =>
  history
    .filter((_, index) => (history[index + 1]?.from ?? Infinity) > position)
    .map(({ settings }) => settings);

/** What it was to be told whenever its turn came meanwhile. */
function required([first, ...others]: readonly WebhookSettings[], event: StoredEvent): string[] {
  if (first === undefined) return [];
  const bodies = wantedBodies(first, event);
  return bodies.length === 0 || others.length === 0
    ? bodies
    : bodies.filter((body) => others.every((settings) => wantedBodies(settings, event).includes(body)));
}
