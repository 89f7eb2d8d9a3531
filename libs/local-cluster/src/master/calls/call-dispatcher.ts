import type { Call } from '#mesos';
import type { InverseOffers } from '../allocator/inverse-offers.js';
import type { FrameworkSessions, UpdateOutcome } from '../frameworks/framework-sessions.js';
import type { FrameworkRemoval } from '../frameworks/framework-removal.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import type { OfferCalls } from './accept.js';
import type { Reconciler } from './reconcile.js';
import type { TaskCalls } from './task-calls.js';

export interface CallHandlers {
  readonly sessions: FrameworkSessions;
  readonly removal: FrameworkRemoval;
  readonly offers: OfferCalls;
  readonly tasks: TaskCalls;
  readonly reconciler: Reconciler;
  readonly inverseOffers: InverseOffers;
}

/** Every call but the one that opens the session. */
export type SessionCall = Exclude<Call, { type: 'SUBSCRIBE' }>;

/** `accepted` is answered 202, `unhandled` 501; an UPDATE_FRAMEWORK has its own answers (C§2). */
export type CallOutcome = { readonly kind: 'accepted' | 'unhandled' } | UpdateOutcome;

const ACCEPTED: CallOutcome = { kind: 'accepted' };

/** Hands each call of a subscribed framework to its handler (spec/local-cluster.md §4.5). */
export class CallDispatcher {
  constructor(
    private readonly state: MasterState,
    private readonly handlers: CallHandlers,
  ) {}

  dispatch(framework: Framework, call: SessionCall): CallOutcome {
    this.state.counters.increment(`master/messages_${call.type.toLowerCase()}`);
    const { sessions, removal, offers, tasks, reconciler, inverseOffers } = this.handlers;
    switch (call.type) {
      case 'ACCEPT':
        offers.accept(framework, call.accept);
        return ACCEPTED;
      case 'DECLINE':
        offers.decline(framework, call.decline);
        return ACCEPTED;
      case 'ACKNOWLEDGE':
        tasks.acknowledge(framework, call.acknowledge);
        return ACCEPTED;
      case 'KILL':
        tasks.kill(framework, call.kill);
        return ACCEPTED;
      case 'RECONCILE':
        reconciler.reconcile(framework, call.reconcile.tasks ?? []);
        return ACCEPTED;
      case 'RECONCILE_OPERATIONS':
        reconciler.reconcileOperations(framework, call.reconcile_operations.operations ?? []);
        return ACCEPTED;
      case 'REVIVE':
        sessions.revive(framework, call.revive?.roles ?? []);
        return ACCEPTED;
      case 'SUPPRESS':
        sessions.suppress(framework, call.suppress?.roles ?? []);
        return ACCEPTED;
      case 'UPDATE_FRAMEWORK':
        return sessions.update(framework, call.update_framework);
      case 'TEARDOWN':
        removal.remove(framework);
        return ACCEPTED;
      case 'SHUTDOWN':
        tasks.shutdownExecutor(framework, call.shutdown);
        return ACCEPTED;
      case 'MESSAGE':
        tasks.sendMessage(framework, call.message);
        return ACCEPTED;
      case 'ACKNOWLEDGE_OPERATION_STATUS':
        tasks.acknowledgeOperation(framework, call.acknowledge_operation_status);
        return ACCEPTED;
      case 'ACCEPT_INVERSE_OFFERS':
        inverseOffers.answer(framework, 'ACCEPT', call.accept_inverse_offers);
        return ACCEPTED;
      case 'DECLINE_INVERSE_OFFERS':
        inverseOffers.answer(framework, 'DECLINE', call.decline_inverse_offers);
        return ACCEPTED;
      case 'REQUEST':
        // A hint that the reference's allocator ignores too.
        return ACCEPTED;
      default:
        call satisfies never;
        return { kind: 'unhandled' };
    }
  }
}
