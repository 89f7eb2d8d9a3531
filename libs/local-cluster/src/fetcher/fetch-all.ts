import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { download } from './download.js';
import { extract } from './extract.js';
import type { FetchItem, FetchPlan } from './fetch-plan.js';

/** Fetches everything in order, telling each step in `log`. Throws at the first failure. */
export async function fetchAll(plan: FetchPlan, log: (line: string) => void): Promise<void> {
  for (const item of plan.items) {
    const path = join(plan.directory, item.target);
    await mkdir(dirname(path), { recursive: true });
    try {
      await fetchOne(item, path, { plan, log });
    } catch (error) {
      throw new Error(`Failed to fetch '${item.uri}': ${(error as Error).message}`, { cause: error });
    }
  }
}

async function fetchOne(
  item: FetchItem,
  path: string,
  { plan, log }: { plan: FetchPlan; log: (line: string) => void },
): Promise<void> {
  const { uri, cachedPath } = item;
  if (cachedPath === undefined) {
    log(`Fetching URI '${uri}'`);
    await rm(path, { force: true });
    await download(uri, path, plan);
    log(`Fetched '${uri}' to '${path}'`);
  } else {
    log(`Using cached '${cachedPath}' for URI '${uri}'`);
  }
  const archive = cachedPath ?? path;
  if (item.doesExtract && (await extract({ archive, name: item.target, directory: plan.directory, log }))) {
    log(`Extracted '${archive}' into '${plan.directory}'`);
    return;
  }
  if (cachedPath !== undefined) {
    await rm(path, { force: true });
    await copyFile(cachedPath, path);
  }
  if (item.isExecutable) await chmod(path, 0o755);
}
