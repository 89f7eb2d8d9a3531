import { KafkaCluster } from '../support/kafka-cluster.js';
import { ZooKeeperEnsemble } from '../support/zookeeper-server.js';
import { flags } from './flags.js';

const SERVERS = 3;

/** Real ZooKeeper and Kafka, three servers of each: one of each may be away. */
export class Ensemble {
  private constructor(
    readonly zooKeeper: ZooKeeperEnsemble,
    readonly kafka: KafkaCluster,
  ) {}

  static async start(): Promise<Ensemble> {
    const [zooKeeper, kafka] = await Promise.all([
      ZooKeeperEnsemble.start({ size: SERVERS }),
      KafkaCluster.start({ size: SERVERS }),
    ]);
    return new Ensemble(zooKeeper, kafka);
  }

  get zooKeeperAddresses(): readonly string[] {
    return this.zooKeeper.connectString.split(',');
  }

  /** What a node needs to be one of several. @param zooKeepers where this node finds them */
  flags(zooKeepers: readonly string[]): string[] {
    return flags({
      zk: `zk://${zooKeepers.join(',')}/ekiden`,
      zk_session_timeout: 4_000,
      event_log: `kafka://${this.kafka.brokers.join(',')}/ekiden`,
      kafka_replication_factor: SERVERS,
    });
  }

  async dispose(): Promise<void> {
    await Promise.all([this.zooKeeper.dispose(), this.kafka.dispose()]);
  }
}
