export * from './app/app-definition.js';
export { UPDATE_WITHOUT_ID, mergeAppUpdate, parseAppUpdate, type AppUpdate } from './app/app-update.js';
export type { AppFields } from './app/canonical-app.js';
export { DEFAULT_PORT_DEFINITIONS } from './app/canonical-form.js';
export { isOnlyScaled, isUpgrade, sameDefinition } from './app/change-detection.js';
export { parseLabelSelector, selectorError, type LabelPredicate } from './app/label-selector.js';
export { parseAppDefinition, type ParseOptions } from './app/parse-app.js';
export { printApp, type MemberVisitor, type PrintOptions } from './app/print.js';
export { externalVolumesOf, isResident, persistentVolumesOf } from './app/residency.js';
export { residentChangeViolations } from './app/resident-rules.js';
export { roleSettingsFor, type RoleSettings } from './app/roles.js';
export {
  assignServicePorts,
  type PortRange,
  type PortRequest,
  type PortsExhausted,
} from './app/service-port-assignment.js';
export { servicePortsOf } from './app/service-ports.js';
export { unsupportedFields } from './app/unsupported.js';
export { compileJavaRegex } from './java-regex.js';
export { describeJsonError } from './json/json-error.js';
export {
  accepted,
  contradiction,
  invalidJson,
  invalidObject,
  refused,
  type Failure,
  type Rejection,
  type Result,
  type Violation,
} from './result.js';
export type { DefinitionContext, DefinitionPlaces, DefinitionSettings } from './settings.js';
export { CYCLIC_DEPENDENCIES, appIdentityViolations, type ServiceTree } from './tree/tree-rules.js';
export { Violations } from './violations.js';
