import type { Observer } from './observer.js';
import type { Network } from './network.js';
import type { Random } from './random.js';
import type { Trace } from './trace.js';
import type { VirtualTime } from './virtual-time.js';

/** What every part of a simulated cluster shares. */
export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
  readonly network: Network;
  /** Is shown everything that must obey the invariants. */
  readonly observer: Observer;
  /** Faults are over: whatever was ill by design is well from here on. */
  calm: boolean;
}
