import { posix } from 'node:path';

/**
 * A path below a sandbox in its plain form, without a slash at either end; `''` is the sandbox itself. `undefined` for
 * one that leads out of it (`spec/ui.md` §15).
 */
export function sandboxPath(text: string): string | undefined {
  if (text.includes('\0')) return undefined;
  const path = posix.normalize(`./${text}`).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../')) return undefined;
  return path === '.' ? '' : path;
}

/** Where an agent has the sandbox of an executor, whatever its work directory is (`spec/mesos-client.md` §24.2). */
export const sandboxRoot = (frameworkId: string, executorId: string): string =>
  `/frameworks/${frameworkId}/executors/${executorId}/runs/latest`;
