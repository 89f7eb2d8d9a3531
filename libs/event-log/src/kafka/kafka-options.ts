import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { WarningListener } from '../local/log-store.js';
import type { Upcaster } from '../upcasting/upcaster.js';

/** TLS of the connections to the brokers; PEM texts. */
export interface KafkaTls {
  /** Authorities to trust instead of those of the system. */
  readonly ca?: string;
  /** Certificate and key to log in with. */
  readonly cert?: string;
  readonly key?: string;
}

/** A topic of a Kafka cluster, and how it is reached. */
export interface KafkaTopicAddress {
  /** `host:port` of some brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly tls?: KafkaTls;
  readonly sasl?: SASLOptions;
  /** Copies that the topic is created with, and must have. */
  readonly replicationFactor: number;
  /** Whether a topic that is missing is created; true unless given. */
  readonly mayCreate?: boolean;
}

export interface KafkaEventLogOptions extends KafkaTopicAddress {
  /** The SQLite file that mirrors the topic for this node; journal, lock and snapshots lie beside it. */
  readonly mirrorPath: string;
  /** Mode of the mirror's folder if that has to be created, 0700 by default. */
  readonly folderMode?: number;
  /** How this node calls itself at the brokers, such as `host:port`. */
  readonly node: string;
  /** So long an append may wait for brokers that do not answer before it is refused. */
  readonly appendTimeoutMs?: number;
  /** Applied to everything that is read; by default every type is at schema 1. */
  readonly upcaster?: Upcaster;
  /**
   * Asked before the writer's place on the topic is taken again in the middle of a term, because a broker failed: who
   * may have been succeeded must not take it from the successor.
   */
  readonly mayWrite?: () => boolean;
  /** Told about things that are wrong but can be passed over, such as a broker that does not answer. */
  readonly onWarning: WarningListener;
  /** The topic cannot be followed any more: it lost events, or holds something that is none. */
  readonly onLost: (error: Error) => void;
}

const CONNECTION_TIMEOUT_MS = 2_000;

/** A broker that is asked something has this long; one that was stopped in the middle does not close its connections. */
const REQUEST_TIMEOUT_MS = 3_000;

/** Configuration of a client with a list of brokers. */
export type NodeConfig = KafkaConfig & { readonly brokers: string[] };

/** What all clients of one node have in common. */
export function clientConfig({ brokers, tls, sasl, node }: KafkaTopicAddress & { node: string }): NodeConfig {
  return {
    clientId: `ekiden-${node}`,
    brokers: [...brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    ...(sasl === undefined ? {} : { sasl }),
  };
}

/**
 * The same, beginning with another broker. The client asks the first one first, and does not go on to the next when that
 * takes connections but never answers.
 */
export function withNextBroker(config: NodeConfig): NodeConfig {
  const [first, ...others] = config.brokers;
  return first === undefined ? config : { ...config, brokers: [...others, first] };
}
