export { domainSettings } from './domain-settings.js';
export { Scheduler, type SchedulerOptions } from './scheduler.js';
export { SchedulerModule } from './scheduler.module.js';
export { HealthChecker, type HealthCheckerPorts } from './health/health-checker.js';
export { createProbe, type Probe } from './health/probe.js';
