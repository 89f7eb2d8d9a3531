import type { ApiOptions } from '../api-options.js';

/** What every node of one cluster has in common, and where its leader is: `GET /ekiden/v1/position`. */
export class ClusterFacts {
  constructor(
    /** Position up to which the leader's reads show the log. */
    readonly position: number,
    readonly frameworkName: string,
    /** Which event log: of Kafka the topic, since nodes may name different brokers of one cluster. */
    readonly log: string,
  ) {}

  /** What this node says of itself. */
  static of({ configuration, settings }: ApiOptions, position: number): ClusterFacts {
    const log = String(settings['event_log']?.value ?? 'memory');
    return new ClusterFacts(position, configuration.frameworkName, log.replace(/^(kafka:\/\/)[^/]*\//, '$1'));
  }

  /** @throws {TypeError} the text is not what a leader answers. */
  static from(json: unknown): ClusterFacts {
    const { position, frameworkName, log } = (json ?? {}) as Partial<Record<keyof ClusterFacts, unknown>>;
    if (!Number.isSafeInteger(position) || typeof frameworkName !== 'string' || typeof log !== 'string') {
      throw new TypeError('it answers something else than its position');
    }
    return new ClusterFacts(position as number, frameworkName, log);
  }

  /** Why a node with these settings is not part of the cluster of `leader`, in words; nothing when it is. */
  differencesFrom(leader: ClusterFacts): string | undefined {
    const differences = [
      difference('framework_name', this.frameworkName, leader.frameworkName),
      difference('event_log', this.log, leader.log),
    ].filter((text) => text !== undefined);
    return differences.length === 0 ? undefined : differences.join('; ');
  }
}

function difference(flag: string, here: string, there: string): string | undefined {
  return here === there ? undefined : `\`--${flag}\` is \`${here}\` here and \`${there}\` at the leader`;
}
