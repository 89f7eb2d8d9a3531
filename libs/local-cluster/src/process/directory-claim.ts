import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { replaceDurably } from '../runtime/durable-file.js';
import { readTextOrNothing } from '../supervisor/container-journal.js';
import { findProcess, isSameProcess } from '../supervisor/process-table.js';
import { signalProcess } from '../supervisor/process-tree.js';

/** A process that cannot be mistaken for a later one with its pid, not even across a boot. */
interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string | undefined;
}

/** Content of `cluster.json`: who runs the cluster of this directory, and for whom. */
interface ClaimRecord {
  readonly bootId: string;
  readonly holder: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

/** How long a cluster whose owner is gone may take to notice. */
const noticeMs = 5_000;
const pollMs = 10;

/**
 * Makes this process the only one that runs the cluster of a directory, on behalf of `ownerPid`: its parent, or itself
 * when it lives for nobody else. A cluster that an
 * owner left behind as it died is waited for, and ended when it does not end by itself.
 *
 * @throws Error when another living process has its cluster there.
 */
export async function claimDirectory(
  directory: string,
  bootId: string,
  ownerPid: number = process.ppid,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'cluster.json');
  const text = await readTextOrNothing(path);
  if (text !== undefined) await takeFrom(JSON.parse(text) as ClaimRecord, { directory, bootId, ownerPid });
  const claim: ClaimRecord = { bootId, holder: identityOf(process.pid), owner: identityOf(ownerPid) };
  await replaceDurably(path, JSON.stringify(claim));
}

async function takeFrom(
  former: ClaimRecord,
  { directory, bootId, ownerPid }: { directory: string; bootId: string; ownerPid: number },
): Promise<void> {
  const { holder, owner } = former;
  if (former.bootId !== bootId || holder.pid === process.pid) return;
  for (let waitedMs = 0; isAlive(holder); waitedMs += pollMs) {
    // Our own owner may have lost a cluster that has not quite ended.
    if (isAlive(owner) && owner.pid !== ownerPid) {
      throw new Error(`the local cluster in ${directory} is in use by process ${owner.pid}`);
    }
    if (waitedMs >= noticeMs) signalProcess(holder.pid, 'SIGKILL');
    await delay(pollMs);
  }
}

function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: findProcess(pid)?.startTime };
}

function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return isSameProcess(pid, startTime);
}
