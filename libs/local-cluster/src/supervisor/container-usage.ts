import { readTextIfThere, type ProcessEntry } from './process-table.js';
import { treeOf } from './process-tree.js';
import type { ContainerUsage } from './protocol.js';

/** Clock ticks per second of `/proc/<pid>/stat`; part of the kernel's interface on every architecture Node runs on. */
const ticksPerSec = 100;

/** Sums CPU time and resident memory over the tree of `pid`. Zero where there is no `/proc`. */
export function containerUsage(
  containerId: string,
  pid: number,
  table: readonly ProcessEntry[],
): ContainerUsage {
  const members = treeOf(table, pid).filter((entry) => !entry.isZombie);
  const sums = { userTimeSecs: 0, systemTimeSecs: 0, rssBytes: 0 };
  for (const member of members) {
    const stat = readTextIfThere(`/proc/${member.pid}/stat`);
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    sums.userTimeSecs += Number(fields[11] ?? 0) / ticksPerSec;
    sums.systemTimeSecs += Number(fields[12] ?? 0) / ticksPerSec;
    const rss = /^VmRSS:\s*(\d+) kB/m.exec(readTextIfThere(`/proc/${member.pid}/status`) ?? '');
    sums.rssBytes += Number(rss?.[1] ?? 0) * 1024;
  }
  return { containerId, processes: members.length, ...sums };
}
