import { createInterface } from 'node:readline';
import {
  createZooKeeperCoordination,
  type LeadershipLoss,
  type ZooKeeperCoordinationOptions,
} from '#coordination';
import type { CandidateReport } from './election-candidate.js';

/** What a process that stands for election is told on its command line. */
type Options = Pick<
  ZooKeeperCoordinationOptions,
  'address' | 'hostPort' | 'sessionTimeoutMs' | 'connectionTimeoutMs'
>;

/** The same clock in every process of the machine. */
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const report = (line: CandidateReport): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const coordination = createZooKeeperCoordination(JSON.parse(process.argv[2]!) as Options);
const told = (what: string): void => report({ kind: 'told', what, atMs: nowMs() });

/** While the answer is yes: when it was so first. */
let actsSinceMs: number | undefined;
let lastLookMs = nowMs();
let reportedMs = 0;

/** Looks whether this process may act. A look counts from when it began or until it ended, whichever is shorter. */
function look(): void {
  const beforeMs = nowMs();
  const mayAct = coordination.mayAct();
  const afterMs = nowMs();
  const pauseMs = beforeMs - lastLookMs;
  if (pauseMs > 300) report({ kind: 'pause', pauseMs, mayAct, atMs: beforeMs });
  // Looks that follow one another within a millisecond are told of together, at the latest before one that says no.
  if (actsSinceMs !== undefined && (!mayAct || beforeMs - reportedMs >= 1)) {
    reportedMs = mayAct ? beforeMs : lastLookMs;
    report({ kind: 'acted', fromMs: actsSinceMs, toMs: reportedMs });
  }
  if (!mayAct) actsSinceMs = undefined;
  else actsSinceMs ??= afterMs;
  lastLookMs = beforeMs;
}

createInterface(process.stdin).on('line', (line) => {
  const [command, argument] = line.split(' ');
  if (command === 'withdraw') void coordination.withdraw().then(() => told('withdrew'));
  if (command === 'close') void coordination.close().then(() => process.exit(0));
  if (command !== 'spin') return;
  // No timer and no socket is looked at meanwhile.
  const endMs = nowMs() + Number(argument);
  told('spinning');
  while (nowMs() < endMs) look();
});
setInterval(look, 2);

await coordination.start({
  onElected: () => told('elected'),
  onSuspended: () => told('suspended'),
  onResumed: () => told('resumed'),
  onLost: ({ reason }: LeadershipLoss) => told(`lost:${reason}`),
});
told('started');
