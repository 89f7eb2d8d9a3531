import type { ClusterControl } from './cluster-control.js';
import {
  drainOf,
  durationMsOf,
  faultsOf,
  newAgentsOf,
  partitionOf,
  restartOf,
  taskEndOf,
  statusOf,
} from './control-body.js';
import type { Action } from './control-action.js';

/** What can be done to agents, their links and their tasks (spec/local-cluster.md §25). */
export function agentActions(control: ClusterControl): Record<string, Action> {
  return {
    agents: (_, body) => {
      const { count, kind } = newAgentsOf(body);
      return async () => ({ places: await control.addAgents(count, kind) });
    },
    'agents/*/partition': (id, body) => {
      const [cut, forMs] = [partitionOf(body), durationMsOf(body)];
      return () => control.partition(id, cut, forMs);
    },
    'agents/*/disconnect': (id, body) => {
      const forMs = durationMsOf(body);
      return () => control.disconnect(id, forMs);
    },
    'agents/*/heal': (id) => () => control.heal(id),
    'agents/*/stop': (id) => () => control.stop(id),
    'agents/*/start': (id, body) => {
      const how = restartOf(body);
      return () => control.start(id, how);
    },
    'agents/*/restart': (id, body) => {
      const how = restartOf(body);
      return () => control.restart(id, how);
    },
    'agents/*/unreachable': (id) => () => control.markUnreachable(id),
    'agents/*/gone': (id) => () => control.markGone(id),
    'agents/*/drain': (id, body) => {
      const config = drainOf(body);
      return () => control.drain(id, config);
    },
    'agents/*/deactivate': (id) => () => control.deactivate(id),
    'agents/*/reactivate': (id) => () => control.reactivate(id),
    'agents/*/unregister': (id) => () => control.unregister(id),
    'agents/*/attributes': (id, body) => {
      const attributes = body.needed('attributes', body.text('attributes'));
      return () => control.reconfigure(id, { attributes });
    },
    'agents/*/resources': (id, body) => {
      const resources = body.needed('resources', body.text('resources'));
      return () => control.reconfigure(id, { resources });
    },
    'tasks/*/exit': (id, body) => {
      const end = taskEndOf(body);
      return () => control.endTask(id, end);
    },
    'tasks/*/health': (id, body) => {
      const healthy = body.flag('healthy');
      return () => control.reportHealth(id, healthy);
    },
    'tasks/*/status': (id, body) => {
      const status = statusOf(body);
      return () => control.injectStatus(id, status);
    },
    link: (_, body) => {
      const [agent, faults] = [body.text('agent'), faultsOf(body)];
      return () => control.disturb(agent, faults);
    },
  };
}
