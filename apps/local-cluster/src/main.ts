import { resolve } from 'node:path';
import { createLogging } from '#observability';
import { readCommandLine, type ClusterPlan } from './command-line.js';
import { helpText } from './flags.js';
import { stopSignal } from './stop-signal.js';
import { tellWhenReady } from './tell-when-ready.js';
import { runPlan, type RunningCluster } from './run-plan.js';

/** How long a stop may take; tasks have their grace periods. */
const STOP_LIMIT_MS = 45_000;

await main();

async function main(): Promise<void> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (!commandLine.ok) {
    for (const problem of commandLine.problems) process.stderr.write(`${problem}\n`);
    process.stderr.write('`npm run local-cluster -- --help` shows all flags.\n');
    process.exitCode = 1;
    return;
  }
  if (commandLine.action === 'help') {
    process.stdout.write(helpText(process.stdout.columns ?? 100));
    return;
  }
  const { plan } = commandLine;
  const logging = createLogging({ level: 'info' });
  const logger = logging.logger('cluster');
  const end = (exitCode: number): void => void logging.flush().finally(() => process.exit(exitCode));
  const fail = (reason: string): void => {
    logger.error({}, reason);
    end(1);
  };
  const signalled = stopSignal(logging);
  if (!isLoopback(plan.master.ip ?? ''))
    logger.warn({ ip: plan.master.ip }, 'whoever reaches this address can run commands on this machine');
  try {
    const cluster = await runPlan(plan, { logger, onEnd: fail });
    void tellWhenReady(plan, cluster, { logger, print, banner: banner(plan, cluster) });
    const signal = await signalled;
    logger.info({ signal }, plan.stopTasks ? 'stopping, tasks are being ended' : 'stopping; tasks go on');
    setTimeout(() => fail('stopping took too long'), STOP_LIMIT_MS).unref();
    const { stoppedTasks } = await cluster.stop();
    logger.info(plan.stopTasks ? { stoppedTasks } : {}, 'the local cluster has stopped');
    end(0);
  } catch (error) {
    fail(messageFor(error));
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function messageFor(error: unknown): string {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `${address}:${port} is in use by another program; choose others with --port and --agent_port`;
  return error instanceof Error ? error.message : String(error);
}

function banner({ workDir, zooKeeper }: ClusterPlan, { url, agents }: RunningCluster): string {
  const path = zooKeeper === undefined ? undefined : `zk://${zooKeeper.servers.join(',')}${zooKeeper.path}`;
  const lines = [
    'The local cluster is ready.',
    ...(url === undefined ? [] : [`  Master     ${url}`]),
    ...(path === undefined ? [] : [`  ZooKeeper  ${path}`]),
    `  Agents     ${agents}`,
    `  State      ${resolve(workDir)}`,
    ...(url === undefined && path === undefined ? [] : [`  Use it     npm start -- --master ${path ?? url}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}
