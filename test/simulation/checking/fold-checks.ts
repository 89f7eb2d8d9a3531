import { createHash } from 'node:crypto';
import { captureSnapshot, evolve, restoreSnapshot, State, type RecordedEvent } from '#domain';
import type { SharedTopic } from '../log/shared-topic.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import { must } from './violation.js';

const SAME_STATE = 'same log, same state, on every node';
const SNAPSHOTS = 'a snapshot and what follows it equal the whole log';

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64');
const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** Folds the whole log once and compares what nodes hold with what they should, wherever they are. */
export function checkFolds(topic: SharedTopic, nodes: readonly SimulatedNode[]): void {
  const wanted = new Map<number, string>();
  for (const position of positionsOf(nodes)) wanted.set(position, '');
  const state = new State();
  if (wanted.has(0)) wanted.set(0, hashOf(textOf(state)));
  for (const event of topic.read(0, topic.head)) {
    evolve(state, event as unknown as RecordedEvent);
    if (wanted.has(event.position)) wanted.set(event.position, hashOf(textOf(state)));
  }
  const whole = hashOf(textOf(state));
  for (const node of nodes) {
    const projected = node.life?.api.projection.model.state;
    if (projected !== undefined) {
      const isSame = hashOf(textOf(projected)) === wanted.get(projected.position);
      must(
        isSame,
        SAME_STATE,
        () => `what ${node.name} shows at ${projected.position} is not what the log says`,
      );
    }
    for (const snapshot of node.disk.snapshots) {
      const { position } = snapshot;
      must(
        hashOf(snapshot.state.join('')) === wanted.get(position),
        SAME_STATE,
        () => `${node.name} saved another state at ${position} than the log says`,
      );
      const restored = restoreSnapshot(snapshot.state);
      for (const event of topic.read(position, topic.head))
        evolve(restored, event as unknown as RecordedEvent);
      must(
        hashOf(textOf(restored)) === whole,
        SNAPSHOTS,
        () => `the snapshot of ${node.name} at ${position}`,
      );
    }
  }
}

function* positionsOf(nodes: readonly SimulatedNode[]): Iterable<number> {
  for (const { life, disk } of nodes) {
    if (life !== undefined) yield life.api.projection.position;
    for (const { position } of disk.snapshots) yield position;
  }
}
