import { closeSync, readdirSync, readFileSync } from 'node:fs';

/** `O_CLOEXEC` as `/proc/self/fdinfo` shows it. */
const closeOnExec = 0o2000000;

/**
 * Closes what the starter of this process left open beyond standard input, output and error: tasks would inherit
 * it, and a pipe held open here keeps its reader waiting for as long as this process lives. What Node itself opens
 * is marked close-on-exec, and so told apart. Without `/proc` nothing is done.
 */
export function closeInheritedFiles(): void {
  for (const name of listOrNothing('/proc/self/fd')) {
    const fd = Number(name);
    if (fd <= 2) continue;
    try {
      const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
      const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '', 8);
      if (!Number.isNaN(flags) && (flags & closeOnExec) === 0) closeSync(fd);
    } catch {
      // The descriptor the list itself was read with is gone by now.
    }
  }
}

function listOrNothing(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
