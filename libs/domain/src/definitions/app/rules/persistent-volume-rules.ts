import { compileJavaRegex } from '../../java-regex.js';
import type { Violations } from '../../violations.js';
import { MUST_NOT_BE_EMPTY } from '../../wordings.js';
import type { UnversionedApp } from '../app-definition.js';
import type { SubmittedPersistentVolume } from '../schema/volume-schema.js';

/** A path that names the sandbox or its parent instead of something in it. */
export const DOT_PATHS: readonly string[] = ['.', '..'];
export const DOT_PATH_REFUSED = `can not be one of (${DOT_PATHS.join(',')})`;

const OPERATORS = new Set(['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'UNLIKE', 'MAX_PER', 'IS']);

/**
 * Phase C: one persistent volume (`spec/definitions.md` §5.3). The rules look at the type as submitted: without one the
 * volume counts as root.
 */
export function persistentVolumeRules(
  volume: SubmittedPersistentVolume,
  path: string,
  violations: Violations,
): void {
  const { type, size, maxSize, constraints } = volume.persistent;
  violations.require(!DOT_PATHS.includes(volume.containerPath), `${path}/containerPath`, DOT_PATH_REFUSED);
  violations.require(
    !volume.containerPath.includes('/'),
    `${path}/containerPath`,
    'value must not contain "/"',
  );
  violations.require(volume.mode === 'RW', `${path}/mode`, 'does not equal RW');
  const info = `${path}/persistent`;
  violations.require(size > 0, `${info}/size`, `got ${size}, expected more than 0`);
  if (maxSize !== undefined) {
    violations.require(type === 'mount', info, 'Only mount volumes can have maxSize');
    violations.require(maxSize > size, info, 'Max size must be larger than size');
  }
  const onRoot = type === undefined || type === 'root';
  violations.require(
    !onRoot || constraints.length === 0,
    info,
    'Constraints on root volumes are not supported',
  );
  constraints.forEach((constraint, index) =>
    constraintRule(constraint, `${info}/constraints(${index})`, violations),
  );
}

function constraintRule(constraint: readonly string[], path: string, violations: Violations): void {
  const [field, operator, value] = constraint;
  if (field === undefined) {
    violations.add(path, 'Missing field and operator');
  } else if (field !== 'path' || operator === undefined || value === undefined) {
    violations.add(path, `Unsupported constraint ${constraint.join(',')}`);
  } else if (!OPERATORS.has(operator)) {
    violations.add(path, `unknown constraint operator ${operator}`);
  } else if (operator !== 'LIKE' && operator !== 'UNLIKE') {
    violations.add(path, 'Operator must be one of LIKE, UNLIKE');
  } else if (compileJavaRegex(value) === undefined) {
    violations.add(`${path}/${value}`, 'Invalid regular expression');
  }
}

/** Phase M: a disk profile has a name (§5.3). */
export function profileRules(app: UnversionedApp, violations: Violations): void {
  app.container?.volumes.forEach((volume, index) => {
    if ('persistent' in volume && volume.persistent.profileName === '') {
      violations.add(`/container/volumes(${index})/persistent/profileName`, MUST_NOT_BE_EMPTY);
    }
  });
}
