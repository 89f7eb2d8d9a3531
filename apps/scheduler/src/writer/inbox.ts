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

/** What the cluster tells is taken in while no more than this waits, about what two turns decide. */
const ENOUGH_ITEMS = 512;

/** First in, first out, without shifting arrays. */
export class Inbox {
  private items: InboxItem[] = [];
  private next = 0;
  private waitingApiItems = 0;
  private awaitingRoom: (() => void)[] = [];

  /** Commands of the API among what waits. */
  get apiItems(): number {
    return this.waitingApiItems;
  }

  get length(): number {
    return this.items.length - this.next;
  }

  /**
   * Settles when there is room for more news; nothing when there is some now. News wait better elsewhere: as the bytes that
   * came they cost the garbage collector nothing. Commands of the API have a limit of their own.
   */
  room(): Promise<void> | undefined {
    if (this.length < ENOUGH_ITEMS) return undefined;
    return new Promise((resolve) => this.awaitingRoom.push(resolve));
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
    else if (this.length < ENOUGH_ITEMS / 2) this.announceRoom();
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
    this.announceRoom();
  }

  private announceRoom(): void {
    for (const resolve of this.awaitingRoom.splice(0)) resolve();
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
