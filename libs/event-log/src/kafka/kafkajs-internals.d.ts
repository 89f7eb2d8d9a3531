/**
 * Parts of kafkajs that its public interface does not offer (docs/adr/0003): fetching a partition from an offset
 * without joining a consumer group. Typed as far as they are used here; kafkajs is pinned to the version they are from.
 */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig } from 'kafkajs';
  import type { InternalLogger } from 'kafkajs/src/loggers/index.js';

  interface PartitionData {
    readonly partition: number;
    readonly highWatermark: string;
    readonly messages: readonly unknown[];
  }

  interface Broker {
    fetch(request: {
      readonly isolationLevel: number;
      readonly maxWaitTime: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly fetchOffset: string;
          readonly maxBytes: number;
        }[];
      }[];
    }): Promise<{ readonly responses: readonly { readonly partitions: readonly PartitionData[] }[] }>;
  }

  export default class Cluster {
    constructor(
      options: KafkaConfig & {
        readonly logger: InternalLogger;
        readonly socketFactory: ISocketFactory;
        readonly metadataMaxAge: number;
        readonly allowAutoTopicCreation: boolean;
      },
    );
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    isConnected(): boolean;
    addTargetTopic(topic: string): Promise<void>;
    refreshMetadata(): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    removeBroker(address: { readonly host: string; readonly port: number }): void;
    findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
    findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  }
}

declare module 'kafkajs/src/consumer/batch.js' {
  import type { KafkaMessage } from 'kafkajs';

  export default class Batch {
    constructor(topic: string, fetchedOffset: string, partitionData: unknown);
    /** Without those of aborted transactions and control records. */
    readonly messages: readonly KafkaMessage[];
    /** All of them, in the order of their offsets. */
    readonly messagesWithinOffset: readonly { readonly offset: string }[];
    readonly highWatermark: string;
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  import type { logCreator, logLevel } from 'kafkajs';

  export interface InternalLogger {
    namespace(name: string): InternalLogger;
  }
  const loggers: {
    createLogger(options: { readonly level: logLevel; readonly logCreator: logCreator }): InternalLogger;
  };
  export default loggers;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';

  export default function createSocketFactory(): ISocketFactory;
}
