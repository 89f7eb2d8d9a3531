import type { FrameworkId, TimeInfo, Unavailability } from '#mesos';

/** The question to a framework whether it will leave an agent before a window (C§10.5). */
export interface InverseOffer {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly unavailability: Unavailability;
}

/** What a framework answered last, as `/maintenance/status` shows it. */
export interface InverseOfferStatus {
  readonly status: 'ACCEPT' | 'DECLINE';
  readonly framework_id: FrameworkId;
  readonly timestamp: TimeInfo;
}
