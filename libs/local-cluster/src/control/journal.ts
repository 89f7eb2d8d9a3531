import type { Event } from '#mesos';
import type { Clock } from '../runtime/clock.js';

/** A call that came, or an event that went out. */
export interface JournalEntry {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at_ms: number;
  readonly kind: 'call' | 'event';
  readonly framework_id?: string | undefined;
  readonly type: string;
  readonly body: unknown;
}

const LONGEST = 20_000;

/** What frameworks and master said to each other, for assertions (spec/local-cluster.md §25). Old entries are dropped. */
export class Journal {
  private readonly kept: JournalEntry[] = [];
  private written = 0;

  constructor(private readonly clock: Clock) {}

  call(call: { readonly type: string; readonly framework_id?: { readonly value: string } }): void {
    this.write({ kind: 'call', framework_id: call.framework_id?.value, type: call.type, body: call });
  }

  event(frameworkId: string | undefined, event: Event): void {
    const own = event.type === 'SUBSCRIBED' ? event.subscribed.framework_id.value : frameworkId;
    this.write({ kind: 'event', framework_id: own, type: event.type, body: event });
  }

  /** Entries after number `seq`, oldest first. */
  since(seq: number): readonly JournalEntry[] {
    const dropped = this.written - this.kept.length;
    return this.kept.slice(Math.max(0, seq - dropped));
  }

  private write(entry: Omit<JournalEntry, 'seq' | 'at_ms'>): void {
    this.written += 1;
    this.kept.push({ seq: this.written, at_ms: this.clock.nowMs(), ...entry });
    if (this.kept.length > LONGEST) this.kept.splice(0, this.kept.length - LONGEST / 2);
  }
}
