import type { ClusterControl } from './cluster-control.js';
import { clockModeOf, durationMsOf, failoverOf, httpFaultOf } from './control-body.js';
import type { Action } from './control-action.js';
import { ControlError } from './control-error.js';

/** What can be done to the master, its frameworks and its time (spec/local-cluster.md §25). */
export function masterActions(control: ClusterControl): Record<string, Action> {
  const { master } = control;
  return {
    'frameworks/*/disconnect': (id) => () => master.disconnectFramework(id),
    'frameworks/*/stall': (id, body) => {
      const forMs = body.needed('for', durationMsOf(body));
      return () => master.stallFramework(id, forMs);
    },
    'frameworks/*/error': (id, body) => {
      const message = body.needed('message', body.text('message'));
      return () => master.failFramework(id, message);
    },
    'master/failover': (_, body) => {
      const how = failoverOf(body);
      // The answer goes out first: its connection ends with this master.
      return () => () => control.failOver(how);
    },
    'master/redirect': (_, body) => {
      const to = body.text('to');
      if (to !== undefined && !/^[^\s/]+:\d+$/.test(to))
        throw new ControlError(400, '`to` must be host:port');
      return () => master.redirect(to);
    },
    'offers/rescind': (_, body) => {
      const only = { agent: body.text('agent'), offer: body.text('offer') };
      return () => control.rescindOffers(only);
    },
    'allocation/pause': () => () => master.pauseAllocation(),
    'allocation/resume': () => () => master.resumeAllocation(),
    'allocation/run': () => () => master.runAllocation(),
    'http/fault': (_, body) => {
      const fault = httpFaultOf(body);
      return () => master.planFault(fault);
    },
    clock: (_, body) => {
      const mode = clockModeOf(body);
      return () => master.setClock(mode);
    },
    'clock/advance': (_, body) => {
      const durationMs = body.needed('ms', body.number('ms'));
      return () => master.advanceClock(durationMs);
    },
  };
}
