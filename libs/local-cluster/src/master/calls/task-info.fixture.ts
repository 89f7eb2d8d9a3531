import { parseResources, type Offer, type TaskInfo } from '#mesos';
import type { RecordingStream } from '../master-harness.fixture.js';

/** A small command task for an agent. */
export function taskInfo(
  id: string,
  agentId: string,
  more: Partial<TaskInfo> & { uses?: string } = {},
): TaskInfo {
  const { uses = 'cpus:0.5;mem:64', ...rest } = more;
  const parsed = parseResources(uses);
  if (!parsed.ok) throw new Error(parsed.error);
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: parsed.resources,
    command: { shell: true, value: 'sleep 20' },
    ...rest,
  };
}

/** Body of an ACCEPT that launches the tasks. */
export function acceptBody(
  offerIds: readonly string[],
  tasks: readonly TaskInfo[],
  refuseSeconds = 0,
): Record<string, unknown> {
  return {
    type: 'ACCEPT',
    accept: {
      offer_ids: offerIds.map((value) => ({ value })),
      operations: [{ type: 'LAUNCH', launch: { task_infos: tasks } }],
      filters: { refuse_seconds: refuseSeconds },
    },
  };
}

/** Offers on the stream so far. */
export function offersOn(stream: RecordingStream): Offer[] {
  return stream.events.flatMap((event) => (event.type === 'OFFERS' ? (event.offers.offers ?? []) : []));
}
