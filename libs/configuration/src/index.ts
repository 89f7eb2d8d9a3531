export type { Configuration } from './configuration.js';
export { EXIT_CODES, type ExitCode } from './exit-codes.js';
export { helpText, type HelpOptions } from './help/help-text.js';
export {
  loadConfiguration,
  type ConfigurationInput,
  type ConfigurationResult,
} from './load-configuration.js';
export { takesCallbacks } from './resolve/consistency.js';
export { settingLines, type ReportedSetting, type SettingsReport } from './resolve/settings-report.js';
export type { MachineFacts } from './flags/flag.js';
export type { EventLogLocation, KafkaLocation } from './values/event-log-location.js';
export type { HttpCredentials } from './values/http-credentials.js';
export type { LocalMaster, MasterAddress, RemoteMaster } from './values/master-address.js';
export type { ProcessRole } from './values/roles.js';
