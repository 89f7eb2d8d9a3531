import { integerType, millisecondsType } from '../values/basic-types.js';
import { flag, quantity, type Flag, type MachineFacts } from './flag.js';

const IGNORE = { treatment: 'ignore', hidden: true } as const;

const threads = (): Flag<number, 'none'> =>
  flag(integerType(1), 'No effect: there are no thread pools.', {
    ...IGNORE,
    default: (machine: MachineFacts) => machine.cpus,
  });

const internalAsk = (defaultMs: number): Flag<number, 'ms'> =>
  quantity(millisecondsType(), 'ms', 'No effect.', { ...IGNORE, default: defaultMs });

const internalBound = (count: number): Flag<number, 'none'> =>
  flag(integerType(1), 'No effect.', { ...IGNORE, default: count });

/** Internal tuning of Marathon (`spec/operations.md §9.2`). */
export const tuningFlags = {
  app_info_module_execution_context_size: threads(),
  default_info_service_execution_context_size: threads(),
  group_manager_execution_context_size: threads(),
  storage_execution_context_size: threads(),
  scheduler_actions_execution_context_size: threads(),
  deployment_manager_request_timeout: internalAsk(1000),
  group_manager_request_timeout: internalAsk(10_000),
  launch_queue_request_timeout: internalAsk(3000),
  task_tracker_request_timeout: internalAsk(10_000),
  task_update_request_timeout: internalAsk(10_000),
  instance_tracker_num_parallel_updates: internalBound(16),
  instance_tracker_num_parallel_loads: internalBound(16),
  instance_tracker_update_queue_size: flag(integerType(1), 'Bound of a queue.', {
    default: 4096,
    treatment: 'later',
    hidden: true,
  }),
  max_parallel_status_updates: internalBound(20),
  max_queued_status_updates: flag(integerType(1), 'Bound of a queue.', {
    default: 10_000,
    treatment: 'later',
    hidden: true,
  }),
  max_queued_root_group_updates: flag(integerType(1), 'Changes waiting for the writer; further ones fail.', {
    default: 500,
    treatment: 'map',
    hidden: true,
  }),
};
