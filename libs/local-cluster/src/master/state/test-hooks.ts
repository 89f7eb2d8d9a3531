import type { Event } from '#mesos';

/** What is done to one request instead of, or besides, answering it. */
export interface HttpFault {
  /** Answered with this status, and nothing else happens. */
  readonly status?: number | undefined;
  readonly delayMs?: number | undefined;
  /** What was asked for is done, but nobody hears of it. */
  readonly dropResponse: boolean;
}

/**
 * Where tests reach into a master (spec/local-cluster.md §25). All members are absent unless the control API is on; a
 * failover hands them on to the next master.
 */
export interface TestHooks {
  /** A fault for a request on this path, or for this call once that is known; it is used up by the asking. */
  takeFault?: (path: string, callType?: string) => HttpFault | undefined;
  /** Whether any fault waits for a request. */
  hasFaults?: () => boolean;
  /** Everything but the control API is answered with this. */
  detour?: { readonly status: 503 } | { readonly redirectTo: string } | undefined;
  /** A call came, as it was sent. */
  onCall?: (call: { readonly type: string; readonly framework_id?: { readonly value: string } }) => void;
  /** An event goes to the framework that listens on the stream. */
  onEvent?: (frameworkId: string | undefined, event: Event) => void;
}
