import type { Violations } from '../../violations.js';
import { MUST_BE_EMPTY, NOT_DEFINED, featureDisabled } from '../../wordings.js';
import type { LinuxInfo } from '../app-definition.js';
import type { CanonicalApp, CanonicalContainer } from '../canonical-app.js';
import { csiCapabilityRule } from './csi-rules.js';
import { dvdiRules } from './dvdi-rules.js';
import type { Facts } from './facts.js';
import { persistentVolumeRules } from './persistent-volume-rules.js';

/** Phase C: images, volumes and Linux settings (`spec/definitions.md` §5). */
export function containerRules(app: CanonicalApp, facts: Facts, violations: Violations): void {
  const { container } = app;
  if (container === undefined) return;
  if (container.type === 'DOCKER') {
    dockerEngineRules(container, violations);
  } else {
    pullSecretRules(app, container, facts, violations);
    if (container.linuxInfo !== undefined) linuxRules(container.linuxInfo, violations);
  }
  volumeRules(app, container, facts, violations);
}

function dockerEngineRules(container: CanonicalContainer, violations: Violations): void {
  if (container.docker === undefined) violations.add('/container/docker', NOT_DEFINED);
  if (container.docker?.pullConfig === undefined) return;
  const path = '/container/docker/pullConfig';
  violations.add(path, 'pullConfig is not supported with Docker containerizer');
}

function pullSecretRules(
  app: CanonicalApp,
  container: CanonicalContainer,
  facts: Facts,
  violations: Violations,
): void {
  const pullConfig = container.docker?.pullConfig;
  if (pullConfig === undefined) return;
  const path = '/container/docker/pullConfig';
  if (!facts.settings.enabledFeatures.has('secrets')) {
    violations.add(path, MUST_BE_EMPTY);
    violations.add(path, featureDisabled('secrets'));
  }
  const known = Object.hasOwn(app.secrets, pullConfig.secret);
  violations.require(known, path, 'pullConfig.secret must refer to an existing secret');
}

function linuxRules(linuxInfo: LinuxInfo, violations: Violations): void {
  const { seccomp, ipcInfo } = linuxInfo;
  if (seccomp !== undefined) {
    const profiled = seccomp.profileName !== undefined;
    const path = '/container/linuxInfo/seccomp';
    if (profiled && seccomp.unconfined) {
      violations.add(path, 'Seccomp unconfined can NOT be true when Profile is defined');
    }
    if (!profiled && !seccomp.unconfined) {
      violations.add(path, 'Seccomp unconfined must be true when Profile is NOT defined');
    }
  }
  if (ipcInfo?.mode === 'SHARE_PARENT' && ipcInfo.shmSize !== undefined) {
    const path = '/container/linuxInfo/ipcInfo';
    violations.add(path, 'ipcInfo shmSize can NOT be set when mode is SHARE_PARENT');
  }
}

function volumeRules(
  app: CanonicalApp,
  container: CanonicalContainer,
  facts: Facts,
  violations: Violations,
): void {
  const { enabledFeatures } = facts.settings;
  const externalNames: string[] = [];
  container.volumes.forEach((volume, index) => {
    const path = `/container/volumes(${index})`;
    if ('persistent' in volume) {
      persistentVolumeRules(volume, path, violations);
    } else if ('external' in volume) {
      const enabled = enabledFeatures.has('external_volumes');
      violations.require(enabled, path, featureDisabled('external_volumes'));
      csiCapabilityRule(volume.external, path, violations);
      if (volume.external.name !== undefined) externalNames.push(volume.external.name);
    } else if ('secret' in volume) {
      const known = Object.hasOwn(app.secrets, volume.secret);
      violations.require(known, path, 'volume.secret must refer to an existing secret');
      const enabled = enabledFeatures.has('secrets');
      violations.require(enabled, '/container/volumes', featureDisabled('secrets'));
    }
  });
  const unique = new Set(externalNames).size === externalNames.length;
  violations.require(unique, '/container/volumes', 'Volume names must be unique');
  dvdiRules(app, container, violations);
}
