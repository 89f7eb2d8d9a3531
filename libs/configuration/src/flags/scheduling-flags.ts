import {
  choiceType,
  integerType,
  millisecondsType,
  portType,
  secondsType,
  textType,
  toggleType,
} from '../values/basic-types.js';
import { flag, quantity } from './flag.js';

const LATER = { treatment: 'later' } as const;
const IGNORE = { treatment: 'ignore' } as const;

/** Offers, launching, reconciliation (`spec/operations.md §9.2, §9.4`). */
export const schedulingFlags = {
  launch_tokens: flag(integerType(1), 'Launches allowed per refresh interval.', { default: 100 }),
  launch_token_refresh_interval: quantity(
    millisecondsType(1),
    'ms',
    'Interval after which all tokens are back.',
    {
      default: 30_000,
    },
  ),
  max_instances_per_offer: flag(integerType(1), 'Instances launched on one offer.', { default: 5 }),
  offer_matching_timeout: quantity(
    millisecondsType(1),
    'ms',
    'Time after which an offer that waits, or is being matched, is returned.',
    { default: 3000 },
  ),
  max_parallel_offers: flag(integerType(1), 'No effect: matching never waits.', {
    ...IGNORE,
    default: (machine) => Math.min(8, machine.cpus),
    hidden: true,
  }),
  max_queued_offers: flag(integerType(1), 'Offers waiting to be matched; further ones are returned.', {
    default: 1024,
    hidden: true,
  }),
  decline_offer_duration: quantity(millisecondsType(), 'ms', 'Time for which a declined offer stays away.', {
    default: 120_000,
  }),
  min_revive_offers_interval: quantity(
    millisecondsType(),
    'ms',
    'Least time between two requests for offers.',
    {
      default: 5000,
    },
  ),
  suppress_offers: flag(toggleType, 'Ask for no offers while nothing waits to be launched.', {
    default: true,
  }),
  mesos_offer_constraints: flag(toggleType, 'Let Mesos filter offers by placement constraints.', {
    ...LATER,
    default: false,
    given: false,
  }),
  min_mesos_offer_constraints_update_interval: quantity(
    millisecondsType(),
    'ms',
    'Least time between two updates.',
    {
      ...LATER,
      default: 1000,
    },
  ),
  gpu_scheduling_behavior: flag(
    choiceType('restricted', 'unrestricted'),
    'Whether services without GPUs may use agents with GPUs.',
    { default: 'restricted' },
  ),
  maintenance_mode: flag(toggleType, 'Decline offers of agents in or near a maintenance window.', {
    default: true,
  }),
  draining_seconds: quantity(
    secondsType,
    'seconds',
    'Decline this long before a maintenance window starts.',
    {
      default: 0,
    },
  ),
  maintenance_drain: flag(toggleType, 'Move instances away before a maintenance window.', {
    ...LATER,
    default: false,
    given: false,
  }),
  accepted_resource_roles_default_behavior: flag(
    choiceType('any', 'unreserved', 'reserved'),
    'What a service without acceptedResourceRoles accepts.',
    { default: 'any' },
  ),
  default_accepted_resource_roles: flag(textType(), 'Removed in Marathon 1.10.', {
    treatment: 'refuse',
    hidden: true,
    hint: 'use --accepted_resource_roles_default_behavior any|unreserved|reserved',
  }),
  new_group_enforce_role: flag(choiceType('off', 'top'), 'enforceRole of new top-level groups.', {
    default: 'off',
  }),
  local_port_min: flag(portType, 'First service port of the pool.', { default: 10_000 }),
  local_port_max: flag(portType, 'Last service port of the pool.', { default: 20_000 }),
  task_launch_confirm_timeout: quantity(millisecondsType(1), 'ms', 'Time from provisioned to staging.', {
    default: 300_000,
  }),
  task_launch_timeout: quantity(
    millisecondsType(1),
    'ms',
    'Time from staging to running; then the task is killed.',
    {
      default: 300_000,
    },
  ),
  task_reservation_timeout: quantity(
    millisecondsType(1),
    'ms',
    'Time until a reservation is seen in an offer.',
    {
      ...LATER,
      default: 20_000,
    },
  ),
  task_lost_expunge_initial_delay: quantity(
    millisecondsType(),
    'ms',
    'First expunge of unreachable instances.',
    {
      default: 300_000,
    },
  ),
  task_lost_expunge_interval: quantity(
    millisecondsType(1),
    'ms',
    'Interval of the expunge of unreachable instances.',
    {
      default: 30_000,
    },
  ),
  reconciliation_initial_delay: quantity(
    millisecondsType(),
    'ms',
    'First reconciliation of task states with Mesos.',
    {
      default: 15_000,
    },
  ),
  reconciliation_interval: quantity(millisecondsType(1), 'ms', 'Interval of the reconciliation with Mesos.', {
    default: 600_000,
  }),
  scale_apps_initial_delay: quantity(
    millisecondsType(),
    'ms',
    'First comparison of target and actual counts.',
    {
      default: 15_000,
    },
  ),
  scale_apps_interval: quantity(
    millisecondsType(1),
    'ms',
    'Interval of the comparison of target and actual counts.',
    {
      default: 300_000,
    },
  ),
  max_running_deployments: flag(integerType(1), 'Deployments at a time; further changes get 403.', {
    default: 100,
  }),
  max_apps: flag(integerType(), 'No effect.', IGNORE),
  max_concurrent_marathon_health_checks: flag(integerType(1), 'Health probes at a time.', {
    default: 256,
  }),
  kill_chunk_size: flag(integerType(1), 'Kills in flight.', { default: 100, hidden: true }),
  kill_retry_timeout: quantity(millisecondsType(1), 'ms', 'Repeat an unconfirmed kill after this time.', {
    default: 30_000,
    hidden: true,
  }),
  killsPerBatch: flag(integerType(1), 'No effect.', { ...IGNORE, default: 100, hidden: true }),
  killBatchDuration: quantity(millisecondsType(), 'ms', 'No effect.', {
    ...IGNORE,
    default: 10_000,
    hidden: true,
  }),
  task_operation_notification_timeout: quantity(
    millisecondsType(1),
    'ms',
    'An offer operation without verdict.',
    {
      ...LATER,
      default: 30_000,
      hidden: true,
    },
  ),
  orphan_grace: quantity(secondsType, 'seconds', 'Time before tasks unknown to a restored log are killed.', {
    ...LATER,
    default: 600,
  }),
};
