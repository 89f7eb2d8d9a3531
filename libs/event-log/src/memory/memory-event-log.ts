import { LocalEventLog } from '../local/local-event-log.js';
import type { WarningListener } from '../local/log-store.js';
import type { EventLog } from '../port.js';
import { createUpcaster, type Upcaster } from '../upcasting/upcaster.js';
import { MemoryFaults } from './memory-faults.js';
import { MemoryStore } from './memory-store.js';

export interface MemoryEventLogOptions {
  readonly upcaster?: Upcaster;
  readonly onWarning?: WarningListener;
}

/** An in-memory log and the switches that make it fail. */
export interface MemoryEventLog {
  readonly log: EventLog;
  readonly faults: MemoryFaults;
  /** Damages the newest snapshot. */
  corruptNewestSnapshot(): void;
}

/** A log for tests: nothing is kept, everything else is as the contract says. */
export function createMemoryEventLog(options: MemoryEventLogOptions = {}): MemoryEventLog {
  const { upcaster = createUpcaster({}), onWarning = () => undefined } = options;
  const faults = new MemoryFaults();
  const store = new MemoryStore(faults);
  return {
    log: new LocalEventLog({ store, upcaster, onWarning }),
    faults,
    corruptNewestSnapshot: () => store.snapshots.corruptNewest(),
  };
}
