import type { NewEvent } from './port.js';

let made = 0;

/** An event as the writer would hand it over. */
export function newEvent(overrides: Partial<NewEvent> = {}): NewEvent {
  made += 1;
  return {
    id: `event-${made}`,
    stream: 'app:/shop/cart',
    type: 'AppCreated',
    schema: 1,
    time: 1_700_000_000_000 + made,
    actor: { kind: 'user', address: '127.0.0.1' },
    correlationId: `command-${made}`,
    causationId: null,
    data: { number: made },
    ...overrides,
  };
}

/** A batch of `count` events. */
export function newBatch(count: number): readonly NewEvent[] {
  return Array.from({ length: count }, () => newEvent());
}
