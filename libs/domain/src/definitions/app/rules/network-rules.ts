import type { Violations } from '../../violations.js';
import type { CanonicalApp } from '../canonical-app.js';
import type { Facts } from './facts.js';

/** Phase C: which networks may stand together (`spec/definitions.md` §7.1). */
export function networkRules(app: CanonicalApp, facts: Facts, violations: Violations): void {
  const { networks } = app;
  if (networks.length === 0) return;
  const path = '/networks';
  const host = networks.filter(({ mode }) => mode === 'host');
  const bridge = networks.filter(({ mode }) => mode === 'container/bridge');
  const container = networks.filter(({ mode }) => mode === 'container');
  const adorned = host.some(({ name, labels }) => name !== undefined || Object.keys(labels ?? {}).length > 0);
  violations.require(!adorned, path, 'Host networks may not have names or labels');
  const namedBridge = bridge.some(({ name }) => name !== undefined);
  violations.require(!namedBridge, path, 'Bridge networks may not have names');

  const names = networks.map(({ name }) => name).filter((name) => name !== undefined);
  const unnamed = container.filter(({ name }) => name === undefined).length;
  const distinct = new Set(names).size === names.length && unnamed < 2;
  violations.require(distinct, path, 'Duplicate networks are not allowed');

  const kinds = [host, bridge, container].filter((list) => list.length > 0).length;
  violations.require(
    kinds === 1 && host.length <= 1 && bridge.length <= 1,
    path,
    'May specify a single host network, single bridge network, or else 1-to-n container networks',
  );
  violations.require(
    unnamed === 0 || facts.settings.defaultNetworkName !== undefined,
    path,
    'Network name must be specified when container network is selected.',
  );
  violations.require(
    app.container?.type !== 'DOCKER' || container.length <= 1,
    '/',
    'may only specify a single container network when using the Docker container engine',
  );
}
