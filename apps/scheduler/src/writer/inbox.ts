import type { Actor, ApiCommand, SchedulerCommand, Submission } from '#domain';

/** A command of the API with the promise that waits for its answer. */
export interface ApiItem {
  readonly kind: 'api';
  readonly command: ApiCommand;
  readonly actor: Actor;
  readonly idempotencyKey?: string;
  readonly planToken?: string;
  readonly answer: (submission: Submission) => void;
}

/** What the cluster or the clock tells. */
export interface SchedulerItem {
  readonly kind: 'scheduler';
  readonly command: SchedulerCommand;
  /** Called when what was decided is durable; not called when it was given up. */
  readonly settled?: () => void;
}

export type InboxItem = ApiItem | SchedulerItem;

/** First in, first out, without shifting arrays. */
export class Inbox {
  private items: InboxItem[] = [];
  private next = 0;
  private waitingApiItems = 0;

  /** Commands of the API among what waits. */
  get apiItems(): number {
    return this.waitingApiItems;
  }

  get length(): number {
    return this.items.length - this.next;
  }

  push(item: InboxItem): void {
    this.items.push(item);
    if (item.kind === 'api') this.waitingApiItems += 1;
  }

  shift(): InboxItem | undefined {
    const item = this.items[this.next];
    if (item === undefined) return undefined;
    this.next += 1;
    if (item.kind === 'api') this.waitingApiItems -= 1;
    if (this.next === this.items.length) this.clear();
    return item;
  }

  /** Takes everything out. */
  drain(): InboxItem[] {
    const rest = this.items.slice(this.next);
    this.clear();
    return rest;
  }

  /** Takes out the commands of the API; what the cluster and the clock told stays. */
  drainApi(): ApiItem[] {
    const rest = this.drain();
    const api = rest.filter((item) => item.kind === 'api');
    for (const item of rest) if (item.kind === 'scheduler') this.push(item);
    return api;
  }

  private clear(): void {
    this.items = [];
    this.next = 0;
    this.waitingApiItems = 0;
  }
}

const OWN_NEWS: ReadonlySet<SchedulerCommand['type']> = new Set<SchedulerCommand['type']>([
  'Tick',
  'ReportHealth',
  'ReportReadiness',
  'ReportWebhook',
  'LookForAgents',
]);

/** The clock and the checks that Ekiden runs are its own; the rest comes from the cluster. */
export const isFromMesos = ({ type }: SchedulerCommand): boolean => !OWN_NEWS.has(type);
