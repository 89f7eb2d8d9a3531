import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import type { EkidenCluster } from '../test/support/ekiden-cluster.js';
import type { BareRound, RoundRequest } from './bare-kafka-writer.js';
import { readCreationRecords } from './creation-records.js';
import { rounded } from './result.js';
import { median, medianRate, printRounds, shoot, type Round } from './shots.js';

const WARM_UP_SECONDS = 4;

/** Taken in turns, so that a machine that is faster at one moment than at the next is fair to both. */
const ROUNDS = 5;

/** Commands per second of Ekiden and of its peer. */
export interface Throughput {
  readonly ekiden: number;
  readonly bare: number;
}

interface BareWriter {
  round(request: RoundRequest): Promise<BareRound>;
  stop(): Promise<void>;
}

/**
 * `POST /v2/apps` at the leader over so many connections against a bare transactional producer with as many clients
 * (`bare-kafka-writer.ts`), for each number of connections. The topic is called `ekiden`.
 */
export async function measureThroughput(
  cluster: EkidenCluster,
  { connections, seconds }: { connections: readonly number[]; seconds: number },
): Promise<Throughput[]> {
  const url = `${(await cluster.leader()).url}/v2/apps`;
  await shoot(url, { connections: 64, durationSeconds: WARM_UP_SECONDS, prefix: 'first' });
  const bare = await startBareWriter(cluster.kafka.brokers);
  try {
    const results: Throughput[] = [];
    for (const clients of connections) results.push(await measureInTurns(url, bare, { clients, seconds }));
    return results;
  } finally {
    await bare.stop();
  }
}

async function measureInTurns(
  url: string,
  bare: BareWriter,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<Throughput> {
  const create = (durationSeconds: number, name: string): Promise<Round> =>
    shoot(url, { connections: clients, durationSeconds, prefix: `c${clients}-${name}` });
  await create(WARM_UP_SECONDS, 'warm');
  await bare.round({ clients, durationSeconds: WARM_UP_SECONDS });
  const created: Round[] = [];
  const committed: BareRound[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    committed.push(await bare.round({ clients, durationSeconds: seconds }));
    created.push(await create(seconds, `round-${round}`));
  }
  console.log(
    `${clients} connections; load of the machine ${loadavg()
      .map((load) => rounded(load))
      .join(' ')}`,
  );
  printRounds('  bare producer', committed);
  printRounds('  POST /v2/apps', created);
  const transactions = rounded(median(committed.map((round) => round.transactionsPerSecond)));
  const result = { ekiden: medianRate(created), bare: medianRate(committed) };
  console.log(
    `  ratio ${rounded(result.ekiden / result.bare)}; ${transactions} transactions/s of the bare producer`,
  );
  return result;
}

/** It commits what creations have put on the topic so far. */
async function startBareWriter(brokers: readonly string[]): Promise<BareWriter> {
  const { records, recordsPerCreation, bytesPerRecord } = await readCreationRecords(brokers, 'ekiden');
  console.log(
    `a creation is ${rounded(recordsPerCreation)} records of ${rounded(bytesPerRecord)} bytes, headers included; ` +
      `the bare producer commits ${records.length} of them per command`,
  );
  const child = fork(new URL('./bare-kafka-writer.js', import.meta.url), [brokers.join(','), 'bare']);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the bare writer ended with code ${String(code)}`);
  });
  failed.catch(() => undefined);
  const answer = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, 'message'), failed])) as unknown[];
    return message;
  };
  await answer();
  child.send({ records });
  return {
    round: (request) => {
      child.send(request);
      return answer() as Promise<BareRound>;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await failed.catch(() => undefined);
    },
  };
}
