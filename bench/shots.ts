import autocannon from 'autocannon';

/** What was done in one round of a measurement, and how long its clients waited. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Shooting {
  readonly connections: number;
  readonly durationSeconds: number;
  /** Begins the ids of the apps that are created, which must be new. */
  readonly prefix: string;
}

/** Posts one new app after the other over so many connections. Throws unless all answers are 2xx. */
export async function shoot(url: string, { connections, durationSeconds, prefix }: Shooting): Promise<Round> {
  let count = 0;
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    count += 1;
    return { ...request, body: JSON.stringify(definition(`${prefix}-${count}`)) };
  };
  const headers = { 'content-type': 'application/json' };
  const requests = [{ method: 'POST' as const, headers, setupRequest }];
  const {
    requests: sent,
    duration: took,
    latency,
    non2xx,
    errors,
  } = await autocannon({ url, duration: durationSeconds, connections, requests });
  if (non2xx + errors > 0)
    throw new Error(`${non2xx + errors} requests to ${url} were not answered with 2xx`);
  return { requestsPerSecond: sent.total / took, p50Ms: latency.p50, p99Ms: latency.p99 };
}

/** A small but not a trivial app; zero instances, so that storing it is all there is to do. */
function definition(id: string): Record<string, unknown> {
  return {
    id: `/bench/${id}`,
    cmd: 'exec ./serve --port $PORT0',
    cpus: 0.1,
    mem: 64,
    instances: 0,
    env: { REGION: 'eu-1', STAGE: 'production' },
    labels: { team: 'bench', tier: 'front' },
    portDefinitions: [],
  };
}

/** The one in the middle; the upper one of two. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const medianRate = (rounds: readonly Round[]): number =>
  median(rounds.map((round) => round.requestsPerSecond));

/** One line: the rate of every round, and the worst latencies. */
export function printRounds(name: string, rounds: readonly Round[]): void {
  const rates = rounds.map((round) => Math.round(round.requestsPerSecond)).join(' ');
  const worst = (pick: (round: Round) => number) => Math.round(Math.max(...rounds.map(pick)) * 10) / 10;
  const latency = `worst p50 ${worst((round) => round.p50Ms)} ms, p99 ${worst((round) => round.p99Ms)} ms`;
  console.log(`${name.padEnd(20)} ${rates} requests/s; ${latency}`);
}
