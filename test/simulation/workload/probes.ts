import type { Probe, Surroundings } from '#scheduler';
import type { Endpoint } from '#domain';
import type { World } from '../kernel/world.js';
import type { SimulatedMesos } from '../mesos/simulated-mesos.js';

/** The health checks that Ekiden carries out, asked of the simulated tasks. */
export function simulatedProbe(world: World, mesos: SimulatedMesos): Probe {
  return (endpoint) =>
    answered(world, () =>
      isWell(mesos, endpoint) ? { healthy: true } : { healthy: false, cause: 'nobody answers well' },
    );
}

export function simulatedReadiness(world: World, mesos: SimulatedMesos): Surroundings['askReadiness'] {
  return (endpoint) =>
    answered(world, () => ({
      status: endpoint !== undefined && isWell(mesos, endpoint) ? 200 : 503,
      contentType: 'text/plain',
      body: '',
    }));
}

function answered<T>(world: World, answer: () => T): Promise<T> {
  return new Promise((resolve) => world.time.after(world.network.latencyMs(), () => resolve(answer())));
}

/** Whoever has the port answers. */
function isWell(mesos: SimulatedMesos, { host, port }: Endpoint): boolean {
  for (const agent of mesos.agents.values()) {
    if (agent.hostname !== host) continue;
    for (const [taskId, task] of agent.tasks) {
      if (task.ports.includes(port) && agent.isWell(taskId)) return true;
    }
  }
  return false;
}
