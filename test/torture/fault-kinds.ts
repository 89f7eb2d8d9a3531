/** All faults, by what they are called on the command line. */
export const FAULT_KINDS = [
  'kill',
  'freeze',
  'term',
  'master-kill',
  'master-freeze',
  'agent-kill',
  'agent-freeze',
  'supervisor-kill',
  'task-kill',
  'task-freeze',
  'net-cut',
  'net-silence',
  'net-slow',
  'net-half-open',
  'disk-full',
  'clock-step',
  'clock-jump',
  'broker-kill',
  'broker-freeze',
  'zookeeper-kill',
  'zookeeper-freeze',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];
