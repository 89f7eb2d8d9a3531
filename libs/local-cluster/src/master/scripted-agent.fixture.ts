import {
  parseResources,
  type Attribute,
  type FrameworkInfo,
  type TaskInfo,
  type TaskState,
  type TaskStatus,
} from '#mesos';
import type { MemoryLink } from '../link/link.js';
import type { AgentDescription, AgentTask, MasterToAgentMessage } from '../link/messages.js';
import { createRandom } from '../runtime/random.js';

export interface ScriptedAgentSettings {
  readonly resources: string;
  readonly attributes: Attribute[];
  readonly hostname: string;
  /** From an earlier registration: the agent re-registers. */
  readonly agentId: string;
  readonly tasks: AgentTask[];
  readonly frameworks: FrameworkInfo[];
  /** Answers pings. */
  readonly isAlive: () => boolean;
  readonly onRunTask: (agent: ScriptedAgent, task: TaskInfo, frameworkId: string) => void;
}

const random = createRandom(11);

/** An agent behind a link that does nothing by itself but register and answer pings. */
export class ScriptedAgent {
  readonly received: MasterToAgentMessage[] = [];
  agentId: string | undefined;
  isRegistered = false;

  constructor(
    readonly link: MemoryLink,
    private readonly settings: Partial<ScriptedAgentSettings>,
  ) {
    this.agentId = settings.agentId;
    link.agentEnd.listen({
      connected: () => this.register(settings.tasks ?? [], settings.frameworks ?? []),
      disconnected: () => (this.isRegistered = false),
      message: (message) => this.receive(message),
    });
  }

  register(tasks: AgentTask[], frameworks: FrameworkInfo[]): void {
    const { link, agentId } = this;
    const agent = this.describe();
    if (agentId === undefined) link.agentEnd.send({ type: 'register', agent });
    else link.agentEnd.send({ type: 'reregister', agent, tasks, executors: [], frameworks, operations: [] });
  }

  /** Messages of one kind, oldest first. */
  got<Type extends MasterToAgentMessage['type']>(
    type: Type,
  ): Extract<MasterToAgentMessage, { type: Type }>[] {
    return this.received.filter(
      (message): message is Extract<MasterToAgentMessage, { type: Type }> => message.type === type,
    );
  }

  /** Sends an update as a command executor would; returns its uuid. */
  update(frameworkId: string, taskId: string, state: TaskState, more: Partial<TaskStatus> = {}): string {
    const status = executorStatus(this.agentId!, taskId, state, more);
    this.link.agentEnd.send({
      type: 'status_update',
      update: { frameworkId, agentId: this.agentId!, status },
      latestState: state,
    });
    return status.uuid!;
  }

  private receive(message: MasterToAgentMessage): void {
    this.received.push(message);
    if (message.type === 'registered' || message.type === 'reregistered') {
      this.agentId = message.agentId;
      this.isRegistered = true;
    } else if (message.type === 'ping' && (this.settings.isAlive?.() ?? true)) {
      this.link.agentEnd.send({ type: 'pong' });
    } else if (message.type === 'run_task') {
      this.settings.onRunTask?.(this, message.task, message.framework.id!.value);
    }
  }

  private describe(): AgentDescription {
    const { settings } = this;
    const parsed = parseResources(settings.resources ?? 'ports:[31000-32000];cpus:8;mem:8192;disk:10000');
    if (!parsed.ok) throw new Error(parsed.error);
    return {
      info: {
        ...(this.agentId === undefined ? {} : { id: { value: this.agentId } }),
        hostname: settings.hostname ?? '127.0.0.1',
        port: 5051,
        resources: parsed.resources,
        attributes: settings.attributes ?? [],
      },
      address: { ip: '127.0.0.1', port: 5051, pathPrefix: '/slave(1)' },
      version: '1.12.0',
      capabilities: ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'TASK_RESOURCE_LIMITS'],
      resourceVersion: 'v1',
      checkpointedResources: [],
    };
  }
}

/** A status as a command executor and its agent make it (C§16.6). */
export function executorStatus(
  agentId: string,
  taskId: string,
  state: TaskState,
  more: Partial<TaskStatus> = {},
): TaskStatus {
  return {
    task_id: { value: taskId },
    state,
    source: 'SOURCE_EXECUTOR',
    agent_id: { value: agentId },
    executor_id: { value: taskId },
    timestamp: 1_700_000_000.5,
    uuid: Buffer.from(random.uuid().replaceAll('-', ''), 'hex').toString('base64'),
    container_status: {
      container_id: { value: random.uuid() },
      network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: '127.0.0.1' }] }],
      executor_pid: 4242,
    },
    ...more,
  };
}
