import { DEFAULT_MAX_RECORD_BYTES } from '../recordio/record-decoder.js';

/** Settings of the client with the defaults of `spec/mesos-client.md §3`, §5.3, §6.5, §16.7, §25. */
export interface ClientOptions {
  /** Upper bound of the random wait before a detected master is contacted. */
  connectDelayMaxMs: number;
  connectTimeoutMs: number;
  /** From the start of an attempt until SUBSCRIBED. */
  subscribedTimeoutMs: number;
  callTimeoutMs: number;
  backoffInitialMs: number;
  backoffMaxMs: number;
  /** A subscription that lasted this long starts the next back-off from the beginning. */
  backoffResetAfterMs: number;
  /** Silent heartbeat intervals after which the stream is dead. */
  missedHeartbeats: number;
  /** Silence after which the stream is dead, whatever interval the master announced; at least two of them. */
  silenceLimitMs?: number;
  maxRecordBytes: number;
  /** Bound on received and not yet handled events. */
  maxQueuedBytes: number;
  /** Acknowledgements on their way at a time, over one connection. */
  maxAcknowledgementsUnderWay: number;
  maxRedirects: number;
}

export const DEFAULT_CLIENT_OPTIONS: Readonly<ClientOptions> = {
  connectDelayMaxMs: 500,
  connectTimeoutMs: 10_000,
  subscribedTimeoutMs: 75_000,
  callTimeoutMs: 75_000,
  backoffInitialMs: 250,
  backoffMaxMs: 15_000,
  backoffResetAfterMs: 60_000,
  missedHeartbeats: 5,
  maxRecordBytes: DEFAULT_MAX_RECORD_BYTES,
  maxQueuedBytes: DEFAULT_MAX_RECORD_BYTES,
  maxAcknowledgementsUnderWay: 1024,
  maxRedirects: 5,
};
