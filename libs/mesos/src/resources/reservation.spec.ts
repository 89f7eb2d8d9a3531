import { describe, expect, it } from 'vitest';

import type { Resource } from '../protocol/resource.js';
import { isAllocatableTo, reservedRole, toRefinedFormat, toUnrefinedFormat } from './reservation.js';
import { validateRole } from './roles.js';
import { scalarResource } from './text-form.js';
import { validateResource } from './validation.js';

const cpus = scalarResource('cpus', 1);

describe('reservations', () => {
  it.each<{ meaning: string; refined: Resource; unrefined: Resource }>([
    { meaning: 'unreserved', refined: cpus, unrefined: cpus },
    {
      meaning: 'static',
      refined: { ...cpus, reservations: [{ type: 'STATIC', role: 'a' }] },
      unrefined: { ...cpus, role: 'a' },
    },
    {
      meaning: 'dynamic',
      refined: { ...cpus, reservations: [{ type: 'DYNAMIC', role: 'a', principal: 'p' }] },
      unrefined: { ...cpus, role: 'a', reservation: { principal: 'p' } },
    },
  ])('have two formats: $meaning', ({ refined, unrefined }) => {
    expect(toRefinedFormat(unrefined)).toEqual(refined);
    expect(toUnrefinedFormat(refined)).toEqual(unrefined);
    expect(toRefinedFormat(refined)).toEqual(refined);
  });

  it('cannot be refined in the old format', () => {
    const refined: Resource = {
      ...cpus,
      reservations: [
        { type: 'STATIC', role: 'a' },
        { type: 'DYNAMIC', role: 'a/b' },
      ],
    };
    expect(toUnrefinedFormat(refined)).toBeUndefined();
    expect(reservedRole(refined)).toBe('a/b');
  });

  it.each([
    { reserved: '*', role: 'x', allocatable: true },
    { reserved: 'a', role: 'a', allocatable: true },
    { reserved: 'a', role: 'a/b', allocatable: true },
    { reserved: 'a/b', role: 'a', allocatable: false },
    { reserved: 'a', role: 'ab', allocatable: false },
  ])('for $reserved are allocatable to $role: $allocatable', ({ reserved, role, allocatable }) => {
    expect(isAllocatableTo({ ...cpus, role: reserved }, role)).toBe(allocatable);
  });

  it.each([
    { stack: [{ role: 'a' }], error: "Invalid reservation: 'type' must be set" },
    {
      stack: [{ type: 'DYNAMIC', role: '*' }],
      error: "Invalid reservation: 'role' must be set to a role other than '*'",
    },
    {
      stack: [{ type: 'STATIC', role: 'a', principal: 'p' }],
      error: 'Invalid reservation: a static reservation has neither principal nor labels',
    },
    {
      stack: [
        { type: 'DYNAMIC', role: 'a' },
        { type: 'STATIC', role: 'a/b' },
      ],
      error: 'Invalid refined reservation: only the first reservation may be static',
    },
    {
      stack: [
        { type: 'DYNAMIC', role: 'a' },
        { type: 'DYNAMIC', role: 'ab' },
      ],
      error: "Invalid refined reservation: role 'ab' is not a descendant of 'a'",
    },
    {
      stack: [
        { type: 'STATIC', role: 'a' },
        { type: 'DYNAMIC', role: 'a/b' },
      ],
      error: undefined,
    },
  ])('are checked: $error', ({ stack, error }) => {
    expect(validateResource({ ...cpus, reservations: stack })).toBe(error);
  });

  it.each([
    { resource: { ...cpus, disk: {} }, error: 'DiskInfo should not be set for cpus resource' },
    { resource: { ...cpus, shared: {} }, error: 'Only persistent volumes can be shared' },
    { resource: { ...cpus, name: '' }, error: 'Empty resource name' },
    { resource: { ...cpus, type: 'TEXT' }, error: 'Unsupported resource type' },
    { resource: { name: 'cpus', type: 'SCALAR' }, error: 'Invalid scalar resource' },
    { resource: null, error: 'not an object' },
    { resource: scalarResource('cpus', 0), error: undefined },
  ])('and other members too: $error', ({ resource, error }) => {
    expect(validateResource(resource)).toBe(error);
  });
});

describe('role names', () => {
  it.each(['*', 'a', 'a/b', 'a-b/c_d', '.a'])('may be %s', (role) => {
    expect(validateRole(role)).toBeUndefined();
  });

  it.each(['', '/a', 'a/', 'a//b', '.', 'a/..', 'a/*', '-a', 'a/-b', 'a b', 'a\tb', 'a\u007fb'])(
    'may not be %j',
    (role) => {
      expect(validateRole(role)).toEqual(expect.any(String));
    },
  );
});
