/** An app of small tasks that do nothing until they are ended. */
export const sleepingApp = (id: string, extra: Record<string, unknown> = {}) => ({
  id,
  cmd: 'exec sleep 1000',
  cpus: 0.1,
  mem: 16,
  ...extra,
});

/** An app that only exists: nothing runs, no port is taken. */
export const idleApp = (id: string, extra: Record<string, unknown> = {}) =>
  sleepingApp(id, { instances: 0, portDefinitions: [], ...extra });
