import type { Resource } from '#mesos';

/** Resources of one agent that one framework may use for now. */
export interface Offer {
  readonly id: string;
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
  /** Without allocation, in the refined format. */
  readonly resources: readonly Resource[];
  /** Whether the framework has been sent it. */
  isAnnounced: boolean;
}
