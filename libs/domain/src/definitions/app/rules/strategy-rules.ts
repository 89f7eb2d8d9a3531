import type { Violations } from '../../violations.js';
import { formatDouble } from '../../wordings.js';
import type { UnversionedApp, UpgradeStrategy } from '../app-definition.js';
import type { CanonicalApp } from '../canonical-app.js';
import { externalVolumesOf, isResident } from '../residency.js';

const UNREACHABLE_NOT_DISABLED = 'unreachableStrategy must be disabled for resident tasks';

interface Labelled {
  readonly labels: Readonly<Record<string, string>>;
}

/** Phase C: strategies as far as they were submitted, and labels with meaning (`spec/definitions.md` §4.3, §4.4). */
export function strategyRules(app: CanonicalApp, violations: Violations): void {
  const single = isSingleInstance(app);
  violations.require(!single || app.instances <= 1, '/', 'Single instance app may only have one instance');
  if (app.upgradeStrategy !== undefined) {
    if (single) zeroCapacityRules(app.upgradeStrategy, violations);
    if (app.resident) overCapacityRule(app.upgradeStrategy, violations);
  }
  if (app.resident && app.unreachableStrategy !== undefined) {
    violations.require(app.unreachableStrategy === 'disabled', '/', UNREACHABLE_NOT_DISABLED);
  }
  migrationRules(app, violations);
}

/** Phase M: the same for strategies that were filled in, and the order of unreachable times. */
export function filledStrategyRules(app: UnversionedApp, violations: Violations): void {
  const { upgradeStrategy, unreachableStrategy } = app;
  const stops = upgradeStrategy.minimumHealthCapacity === 0 && upgradeStrategy.maximumOverCapacity === 0;
  if (isSingleInstance(app) && !stops) {
    violations.add('/isSingleInstance', 'must be false');
    zeroCapacityRules(upgradeStrategy, violations);
  }
  if (isResident(app) || externalVolumesOf(app).length > 0) overCapacityRule(upgradeStrategy, violations);
  if (unreachableStrategy === 'disabled') return;
  violations.require(!isResident(app), '/', UNREACHABLE_NOT_DISABLED);
  const { inactiveAfterSeconds, expungeAfterSeconds } = unreachableStrategy;
  violations.require(
    inactiveAfterSeconds <= expungeAfterSeconds,
    '/unreachableStrategy/inactiveAfterSeconds',
    `inactiveAfterSeconds (${inactiveAfterSeconds}) must be less or equal to expungeAfterSeconds, ` +
      `which is ${expungeAfterSeconds}`,
  );
}

/** Volumes cannot be in two places: no instance above the target during an upgrade. */
export function overCapacityRule(strategy: UpgradeStrategy, violations: Violations): void {
  zeroRule(strategy.maximumOverCapacity, 'maximumOverCapacity', violations);
}

function zeroCapacityRules(strategy: UpgradeStrategy, violations: Violations): void {
  zeroRule(strategy.minimumHealthCapacity, 'minimumHealthCapacity', violations);
  zeroRule(strategy.maximumOverCapacity, 'maximumOverCapacity', violations);
}

function zeroRule(value: number, key: keyof UpgradeStrategy, violations: Violations): void {
  violations.require(value === 0, `/upgradeStrategy/${key}`, `got ${formatDouble(value)}, expected 0.0`);
}

function isSingleInstance({ labels }: Labelled): boolean {
  return labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true';
}

function migrationRules({ labels }: Labelled, violations: Violations): void {
  const version = labels['DCOS_MIGRATION_API_VERSION'] ?? '';
  if (version === '') return;
  const complete =
    version === 'v1' &&
    (labels['DCOS_MIGRATION_API_PATH'] ?? '') !== '' &&
    (labels['DCOS_PACKAGE_FRAMEWORK_NAME'] ?? '') !== '';
  violations.require(
    complete,
    '/',
    'DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION',
  );
}
