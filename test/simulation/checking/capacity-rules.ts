import type { AppDefinition } from '#domain';
import { isDying, isOver, serves, type BookedInstance, type LogBook } from './log-book.js';
import { must } from './violation.js';

const MOST = 'instances never exceed what the upgrade strategy allows';
const LEAST = 'healthy instances never fall below minimumHealthCapacity';

const leastOf = ({ instances, upgradeStrategy }: AppDefinition): number =>
  Math.ceil(instances * upgradeStrategy.minimumHealthCapacity);

/** One more than all where nothing may be taken out of service before something new is in it. */
function mostOf({ instances, upgradeStrategy }: AppDefinition): number {
  const most = Math.floor(instances * (1 + upgradeStrategy.maximumOverCapacity));
  return leastOf({ instances, upgradeStrategy } as AppDefinition) === most ? most + 1 : most;
}

/** Checks the app of an instance that has just been asked for. */
export function checkMost(book: LogBook, appId: string): void {
  const app = book.apps.get(appId);
  if (app === undefined) return;
  const all = book.of(appId);
  const isRolling = book.actionOn(appId) === 'RestartApplication';
  const counted = all.filter((one) => isWanted(one) && (!isRolling || !isAbsentOld(one, app)));
  const dying = isRolling ? all.filter((one) => isDying(one) && isOld(one, app)) : [];
  const limit = isRolling ? Math.max(mostOf(app), app.instances) : app.instances;
  must(
    counted.length + dying.length <= limit,
    MOST,
    () => `${appId} has ${counted.length} and ${dying.length} on their way out, and may have ${limit}`,
  );
}

/** Checks the app of an instance right before a replacement takes it out of service. */
export function checkLeast(book: LogBook, victim: BookedInstance): void {
  const app = book.apps.get(victim.appId);
  if (app === undefined || !serves(victim, !isOld(victim, app))) return;
  const left = book.of(app.id).filter((one) => one.id !== victim.id && serves(one, !isOld(one, app))).length;
  must(
    left >= Math.min(leastOf(app), app.instances),
    LEAST,
    () => `${victim.id} is taken out of service, ${left} are left, ${leastOf(app)} have to be`,
  );
}

const isWanted = (one: BookedInstance): boolean =>
  one.goal === 'Running' && one.condition !== 'UnreachableInactive';

const isOld = (one: BookedInstance, app: AppDefinition): boolean =>
  one.definition.version < app.versionInfo.lastConfigChangeAt;

/** Nothing of it runs, and it is given up before it could be launched. */
const isAbsentOld = (one: BookedInstance, app: AppDefinition): boolean =>
  isOld(one, app) &&
  (one.condition === 'Scheduled' || isOver(one) || one.condition.startsWith('Unreachable'));
