import type { Violations } from '../../violations.js';
import { NOT_DEFINED } from '../../wordings.js';
import type { CsiVolumeInfo, DvdiVolumeInfo, UnversionedApp } from '../app-definition.js';

/** Whether an external volume is of the container storage interface; all others are of DVDI's shape. */
export function isCsi(info: DvdiVolumeInfo | CsiVolumeInfo): info is CsiVolumeInfo {
  return 'capability' in info.options && typeof info.options['capability'] === 'object';
}

/** Phase C: a mounted volume has a file system (`spec/definitions.md` §5.3, §16 no. 16). */
export function csiCapabilityRule(
  info: DvdiVolumeInfo | CsiVolumeInfo,
  path: string,
  violations: Violations,
): void {
  if (!isCsi(info)) return;
  const { accessType, fsType } = info.options.capability;
  const complete = accessType !== 'mount' || fsType !== undefined;
  violations.require(complete, `${path}/external/options/capability/fsType`, NOT_DEFINED);
}

/** Phase M: how access modes bound instances and mount modes (§5.3). */
export function csiRules(app: UnversionedApp, violations: Violations): void {
  let found = false;
  let shareable = true;
  let allSingleWriter = true;
  app.container?.volumes.forEach((volume, index) => {
    if (!('external' in volume) || !isCsi(volume.external)) return;
    const { accessMode } = volume.external.options.capability;
    found = true;
    shareable &&= accessMode.startsWith('MULTI_NODE_');
    allSingleWriter &&= accessMode === 'MULTI_NODE_SINGLE_WRITER' && volume.mode === 'RW';
    violations.require(
      volume.mode === 'RO' || !accessMode.endsWith('_READER_ONLY'),
      `/container/volumes(${index})/volume`,
      'CSI volume must be mounted readonly with a read-only access mode',
    );
  });
  if (!found || app.instances <= 1) return;
  const limit = `got ${app.instances}, expected 1 or less`;
  if (!shareable) {
    violations.add('/instances', `${limit} while non-shareable CSI volumes are defined`);
  } else if (allSingleWriter) {
    violations.add(
      '/instances',
      `${limit} while a multi-node single-writer volume is defined mounted as read/write`,
    );
  }
}
