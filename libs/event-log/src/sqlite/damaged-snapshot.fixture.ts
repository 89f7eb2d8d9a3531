import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Turns the last bit of the newest snapshot of a log. */
export function corruptNewestSnapshot(logPath: string): void {
  const folder = `${logPath}.snapshots`;
  const newest = join(folder, readdirSync(folder).toSorted().at(-1) as string);
  const bytes = readFileSync(newest);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  writeFileSync(newest, bytes);
}
