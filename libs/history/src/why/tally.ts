import { healthOf, isGood, isHealthy, isScheduled, type AppDefinition, type Instance } from '#domain';

/** Instances that are meant to run, by how they do. */
export interface Tally {
  readonly wanted: number;
  readonly good: number;
  readonly unready: number;
  readonly unhealthy: number;
  readonly unknownHealth: number;
  readonly starting: number;
  readonly waiting: number;
  readonly unreachable: number;
  /** On their way out. */
  readonly leaving: number;
}

/** Counts the instances of an app by how they do. */
export function tallyOf(app: AppDefinition, instances: readonly Instance[]): Tally {
  const staying = instances.filter(({ goal }) => goal === 'Running');
  const running = staying.filter(({ condition }) => condition === 'Running');
  const good = running.filter(isGood).length;
  const unhealthy = running.filter((instance) => healthOf(instance) === false).length;
  const healthy = running.filter(isHealthy).length;
  const waiting = staying.filter(isScheduled).length;
  const unreachable = staying.filter(({ condition }) => condition.startsWith('Unreachable')).length;
  return {
    wanted: app.instances,
    good,
    unready: healthy - good,
    unhealthy,
    unknownHealth: running.length - healthy - unhealthy,
    starting: staying.length - running.length - waiting - unreachable,
    waiting,
    unreachable,
    leaving: instances.length - staying.length,
  };
}
