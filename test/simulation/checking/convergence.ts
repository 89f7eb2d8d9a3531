import type { SimulatedMesos } from '../mesos/simulated-mesos.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import type { Checker } from './checker.js';

/** An offer without an answer for so long keeps its resources from everybody, ms. */
const FORGOTTEN_MS = 30_000;

/** What is still not as it should be once faults are over; nothing when desired and actual have met. */
export function whatDiffers(
  checker: Checker,
  mesos: SimulatedMesos,
  nodes: readonly SimulatedNode[],
): string | undefined {
  const { book, alive } = checker;
  if (!nodes.some(({ leads }) => leads)) return 'nobody leads';
  const [deployment] = book.deployments.values();
  if (deployment !== undefined) {
    return `deployment ${deployment.id} is not over: ${JSON.stringify([...deployment.actions])}`;
  }
  const expected = new Set<string>();
  for (const app of book.apps.values()) {
    const instances = book.of(app.id);
    const running = instances.filter(({ goal, condition }) => goal === 'Running' && condition === 'Running');
    if (running.length !== app.instances || instances.length !== app.instances) {
      const found = instances.map(({ id, goal, condition }) => `${id} ${goal} ${condition}`).join(', ');
      return `${app.id} wants ${app.instances} and has ${found}`;
    }
    for (const { taskId } of running) if (taskId !== undefined) expected.add(taskId);
  }
  for (const taskId of alive) if (!expected.has(taskId)) return `${taskId} runs, and nobody wants it`;
  for (const taskId of expected) if (!alive.has(taskId)) return `${taskId} should run, and does not`;
  for (const { id, appId } of book.instances.values()) {
    if (!book.apps.has(appId)) return `${id} is left of an app that was deleted`;
  }
  const { oldestOfferMs } = mesos;
  if (oldestOfferMs === undefined) return 'no Mesos master leads';
  return oldestOfferMs > FORGOTTEN_MS ? `an offer waits for ${oldestOfferMs} ms` : undefined;
}
