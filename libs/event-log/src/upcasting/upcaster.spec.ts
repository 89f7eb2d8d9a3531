import { describe, expect, it } from 'vitest';
import { UnknownSchemaError } from '../errors.js';
import { newEvent } from '../events.fixture.js';
import { createUpcaster, upcastPage } from './upcaster.js';

const upcast = createUpcaster({
  AppCreated: [(data) => [data, 'to 2'], (data) => [data, 'to 3']],
});
const stored = (type: string, schema: number, data: unknown) => ({
  ...newEvent({ type, schema, data }),
  position: 7,
  epoch: 1,
});

describe('up-casting', () => {
  it.each([
    { type: 'AppCreated', schema: 1, data: 'x', expected: { schema: 3, data: [['x', 'to 2'], 'to 3'] } },
    { type: 'AppCreated', schema: 2, data: 'x', expected: { schema: 3, data: ['x', 'to 3'] } },
    { type: 'AppCreated', schema: 3, data: 'x', expected: { schema: 3, data: 'x' } },
    { type: 'AppDeleted', schema: 1, data: 'x', expected: { schema: 1, data: 'x' } },
  ])('$type of schema $schema', ({ type, schema, data, expected }) => {
    expect(upcast(stored(type, schema, data))).toMatchObject(expected);
  });

  it.each([
    { type: 'AppCreated', schema: 4, newest: 3 },
    { type: 'AppDeleted', schema: 2, newest: 1 },
  ])('refuses $type of schema $schema', ({ type, schema, newest }) => {
    expect(() => upcast(stored(type, schema, {}))).toThrow(new UnknownSchemaError(type, schema, newest, 7));
  });

  it('leaves the stored event as it was', () => {
    const event = Object.freeze(stored('AppCreated', 1, 'x'));
    upcast(event);
    expect(event).toMatchObject({ schema: 1, data: 'x' });
  });

  it('of a page keeps the order, and gives back the page itself when nothing in it is old', () => {
    const newest = [stored('AppCreated', 3, 'a'), stored('AppDeleted', 1, 'b')];
    expect(upcastPage(newest, upcast)).toBe(newest);
    const old = stored('AppCreated', 2, 'c');
    expect(upcastPage([...newest, old, ...newest], upcast)).toEqual([
      ...newest,
      { ...old, schema: 3, data: ['c', 'to 3'] },
      ...newest,
    ]);
  });
});
