import type { Offer, Resource } from '../cluster/mesos-shapes.js';
import { FreeResources, usedBy } from '../launching/free-resources.js';
import type { KnownAgent } from '../launching/known-agents.js';
import type { Candidates } from '../launching/matching/candidate.js';
import { roleOf, UNRESERVED } from '../launching/matching/resource-selector.js';

/** An agent in a rehearsal: tasks begin and end on it as the rehearsal goes on. */
export class RehearsalAgent {
  private readonly offer: Offer;
  private readonly free = new FreeResources();

  /** `candidates` tell what tasks take by their definitions. */
  constructor({ offers, launched, ended }: KnownAgent, candidates: Candidates) {
    this.offer = offers.at(-1)!;
    this.free.give(resourcesIn(offers));
    for (const { app, role, hostPorts } of ended) this.free.give(usedBy(candidates.of(app, role), hostPorts));
    for (const { app, role, hostPorts } of launched) this.free.takeFor(candidates.of(app, role), hostPorts);
  }

  get id(): string {
    return this.offer.agent_id.value;
  }

  /** What the agent would offer in a role now; `undefined` when it has nothing left. */
  offerIn(role: string): Offer | undefined {
    const resources = this.free.visibleTo(role);
    if (resources.length === 0) return undefined;
    const id = { value: `${this.id} ${role}` };
    return { ...this.offer, id, resources, allocation_info: { role } };
  }

  take(resources: readonly Resource[]): void {
    this.free.take(resources);
  }

  give(resources: readonly Resource[]): void {
    this.free.give(resources);
  }
}

/**
 * What an agent has free by its latest offers in each role: they overlap where nothing is reserved, as Mesos offers that to
 * one role after the other, so the newest that has any counts.
 */
function resourcesIn(offers: readonly Offer[]): Resource[] {
  const found: Resource[] = [];
  const seen = new Set<string>();
  for (const { resources = [] } of offers.toReversed()) {
    const roles = new Set(resources.map(roleOf));
    const fresh = [...roles].filter((role) => !seen.has(role));
    found.push(...resources.filter((resource) => fresh.includes(roleOf(resource))));
    for (const role of fresh) seen.add(role);
  }
  return found.toSorted((a, b) => Number(roleOf(a) === UNRESERVED) - Number(roleOf(b) === UNRESERVED));
}
