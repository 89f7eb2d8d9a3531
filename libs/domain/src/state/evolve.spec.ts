import { expect, it } from 'vitest';
import { Scenario } from '../deciding/scenario.fixture.js';
import type { RecordedEvent } from '../events/domain-event.js';
import { evolve } from './evolve.js';
import { captureSnapshot, restoreSnapshot } from './snapshot.js';
import { State } from './state.js';

const textOf = (state: State): string => [...captureSnapshot(state)].join('');

/** A life with every kind of event about instances, and what the writer made of each. */
function aLife(): { scenario: Scenario; events: RecordedEvent[] } {
  const scenario = new Scenario().connected();
  scenario.create({ id: '/a', cmd: 'serve', instances: 3, healthChecks: [{ protocol: 'TCP' }] });
  const [first = '', second = ''] = scenario.launchAll();
  scenario.status(first, 'TASK_FAILED');
  scenario.launchAll();
  scenario.status(second, 'TASK_UNREACHABLE');
  scenario.put('/a', { instances: 1 }, true);
  const events = scenario.events.map(
    (event, index) => ({ ...event, position: index + 1 }) as unknown as RecordedEvent,
  );
  return { scenario, events };
}

it('takes over what the writer has made of an instance, as the same object', () => {
  const { scenario, events } = aLife();
  const reader = new State();
  for (const event of events) evolve(reader, event);
  expect(textOf(reader)).toBe(textOf(scenario.state));
  expect(reader.instances.size).toBeGreaterThan(0);
  for (const instance of reader.instances.values())
    expect(instance).toBe(scenario.state.instances.get(instance.id));
});

it('folds for itself where it holds another object than the writer did', () => {
  const { scenario, events } = aLife();
  const middle = Math.floor(events.length / 2);
  const before = new State();
  for (const event of events.slice(0, middle)) evolve(before, event);
  const reader = restoreSnapshot([textOf(before)]);
  for (const event of events.slice(middle)) evolve(reader, event);
  expect(textOf(reader)).toBe(textOf(scenario.state));
});
