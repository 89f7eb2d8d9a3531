import type { Violations } from '../../violations.js';
import { MUST_NOT_BE_EMPTY, NOT_DEFINED } from '../../wordings.js';
import type { DvdiVolumeInfo } from '../app-definition.js';
import type { CanonicalApp, CanonicalContainer } from '../canonical-app.js';
import { isCsi } from './csi-rules.js';
import { DOT_PATHS, DOT_PATH_REFUSED } from './persistent-volume-rules.js';
import { overCapacityRule } from './strategy-rules.js';

const LABEL_TEXT = '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$';
const LABEL = new RegExp(LABEL_TEXT);
const OPTION_KEY_TEXT = '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?/[A-Za-z0-9](?:[-A-Za-z0-9\\._:]*[A-Za-z0-9])?$';
const OPTION_KEY = new RegExp(OPTION_KEY_TEXT);
const PROVIDERS = ['dvdi', 'csi'];
const DRIVER = 'dvdi/driver';

/** Phase C: external volumes of the Docker volume driver interface (`spec/definitions.md` §5.3). */
export function dvdiRules(app: CanonicalApp, container: CanonicalContainer, violations: Violations): void {
  const unshared: string[] = [];
  let found = false;
  container.volumes.forEach((volume, index) => {
    if (!('external' in volume) || isCsi(volume.external)) return;
    const path = `/container/volumes(${index})`;
    const info = volume.external;
    volumeRules(info, `${path}/external`, violations);
    violations.require(!DOT_PATHS.includes(volume.containerPath), `${path}/containerPath`, DOT_PATH_REFUSED);
    if (container.type === 'DOCKER') dockerEngineRules(info, `${path}/external`, violations);
    else violations.require(volume.mode === 'RW', `${path}/mode`, 'does not equal RW');
    found ||= info.provider === 'dvdi';
    if (info.name !== undefined && !info.shared) unshared.push(info.name);
  });
  if (!found) return;
  const limited = `Number of instances is limited to 1 when declaring DVDI volumes in app [${app.id}]`;
  violations.require(app.instances <= 1, '/', limited);
  if (app.upgradeStrategy !== undefined) overCapacityRule(app.upgradeStrategy, violations);
  for (const name of new Set(unshared.filter((candidate, index) => unshared.indexOf(candidate) < index))) {
    violations.add('/', `Requested DVDI volume '${name}' is declared more than once within app ${app.id}`);
  }
}

function volumeRules(info: DvdiVolumeInfo, path: string, violations: Violations): void {
  if (info.name === undefined) violations.add(`${path}/name`, NOT_DEFINED);
  else violations.require(info.name !== '', `${path}/name`, MUST_NOT_BE_EMPTY);
  Object.keys(info.options).forEach((key, index) =>
    violations.require(OPTION_KEY.test(key), `${path}/options/keys(${index})`, mismatch(OPTION_KEY_TEXT)),
  );
  if (info.provider === undefined) {
    violations.add(`${path}/provider`, NOT_DEFINED);
    return;
  }
  violations.require(LABEL.test(info.provider), `${path}/provider`, mismatch(LABEL_TEXT));
  if (!PROVIDERS.includes(info.provider)) {
    violations.add(`${path}/provider`, 'is unknown provider');
    return;
  }
  const driver = info.options[DRIVER];
  const driverPath = `${path}/options("${DRIVER}")`;
  if (driver === undefined) violations.add(driverPath, NOT_DEFINED);
  else violations.require(LABEL.test(driver), driverPath, mismatch(LABEL_TEXT));
  if (driver === 'rexray') rexrayRules(info.options, `${path}/options`, violations);
}

function rexrayRules(options: Readonly<Record<string, string>>, path: string, violations: Violations): void {
  for (const key of ['dvdi/volumetype', 'dvdi/newfstype']) {
    const value = options[key];
    if (value !== undefined) violations.require(LABEL.test(value), `${path}/"${key}"`, mismatch(LABEL_TEXT));
  }
  const iops = options['dvdi/iops'];
  if (iops !== undefined && !/^0*[1-9]\d*$/.test(iops)) {
    violations.add(`${path}/"dvdi/iops"`, `Expected a valid, positive integer instead of ${iops}`);
  }
  const overwrite = options['dvdi/overwritefs'];
  if (overwrite !== undefined && !/^(?:true|false)$/i.test(overwrite)) {
    violations.add(`${path}/"dvdi/overwritefs"`, 'Expected a valid boolean');
  }
}

/** The Docker engine passes nothing but the driver's name on. */
function dockerEngineRules(info: DvdiVolumeInfo, path: string, violations: Violations): void {
  violations.require(info.size === undefined, `${path}/size`, 'must be undefined for Docker containers');
  const others = Object.keys(info.options).filter((key) => key !== DRIVER);
  violations.require(others.length === 0, `${path}/options`, `must only contain ${DRIVER}`);
}

function mismatch(regex: string): string {
  return `must match regular expression '${regex}'`;
}
