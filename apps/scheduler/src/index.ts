export { domainSettings } from './domain-settings.js';
export { Scheduler, type SchedulerOptions } from './scheduler.js';
export { SchedulerModule } from './scheduler.module.js';
