import type { RangeValue } from '../protocol/primitives.js';
import type { RangesResource, Resource, ScalarResource, SetResource } from '../protocol/resource.js';
import { coalesceRanges, formatRanges } from './ranges.js';
import { reservedRole } from './reservation.js';
import { validateRole } from './roles.js';
import { fromThousandths, toThousandths } from './scalar.js';
import { validateResource } from './validation.js';

/** What `parseResources` makes of a text: the resources, or why it is not one. */
export type ParsedResources = { ok: true; resources: Resource[] } | { ok: false; error: string };

type Parsed<T> = { ok: true; value: T } | { ok: false; error: string };

/** An unreserved scalar resource, rounded to thousandths. */
export function scalarResource(name: string, value: number): ScalarResource {
  return { name, type: 'SCALAR', scalar: { value: fromThousandths(toThousandths(value)) } };
}

/** An unreserved ranges resource, coalesced. */
export function rangesResource(name: string, ranges: readonly RangeValue[]): RangesResource {
  return { name, type: 'RANGES', ranges: { range: coalesceRanges(ranges) } };
}

/** An unreserved set resource. */
export function setResource(name: string, items: readonly string[]): SetResource {
  return { name, type: 'SET', set: { item: [...items] } };
}

/**
 * Reads the text form of `spec/mesos-client.md §19.5`, as in agent flags:
 * `cpus:4;mem:8192;ports:[31000-31999,32010-32020];disk(ekiden):1024;tags:{a,b}`, or a JSON array of resources. A
 * role in parentheses becomes a static reservation.
 */
export function parseResources(text: string): ParsedResources {
  const trimmed = text.trim();
  return trimmed.startsWith('[') ? parseJsonForm(trimmed) : parseTextForm(trimmed);
}

/** The text form of `§19.5`, with the role of the topmost reservation; static reservations can be read back. */
export function formatResources(resources: readonly Resource[]): string {
  return resources
    .map((resource) => {
      const role = reservedRole(resource);
      const value = formatValue(resource).replaceAll(', ', ',');
      return `${resource.name}${role === '*' ? '' : `(${role})`}:${value}`;
    })
    .join(';');
}

/** The value as the master's `/state` shows it: `1.5`, `[31000-32000]`, `{a, b}` (`§19.5`). */
export function formatValue(resource: Resource): string {
  switch (resource.type) {
    case 'SCALAR':
      return String(fromThousandths(toThousandths(resource.scalar.value)));
    case 'RANGES':
      return formatRanges(resource.ranges.range ?? []);
    case 'SET':
      return `{${(resource.set.item ?? []).join(', ')}}`;
  }
}

function parseJsonForm(text: string): ParsedResources {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { ok: false, error: `not JSON: ${(error as Error).message}` };
  }
  if (!Array.isArray(parsed)) {
    return { ok: false, error: 'not an array of resources' };
  }
  const resources: Resource[] = [];
  for (const entry of parsed) {
    const error = validateResource(entry);
    if (error !== undefined) {
      return { ok: false, error: `resource '${JSON.stringify(entry)}' is invalid: ${error}` };
    }
    resources.push(entry as Resource);
  }
  return { ok: true, resources };
}

function parseTextForm(text: string): ParsedResources {
  const resources: Resource[] = [];
  for (const entry of text.split(';').map((part) => part.trim())) {
    if (entry === '') {
      continue;
    }
    const parsed = parseEntry(entry);
    if (!parsed.ok) {
      return { ok: false, error: `resource '${entry}' is invalid: ${parsed.error}` };
    }
    resources.push(parsed.value);
  }
  return { ok: true, resources };
}

function parseEntry(entry: string): Parsed<Resource> {
  const match = /^(?<name>[^:(]+)(?:\((?<role>[^)]*)\)\s*)?:(?<value>.*)$/su.exec(entry);
  const { name = '', role = '*', value = '' } = match?.groups ?? {};
  if (match === null || name.trim() === '') {
    return { ok: false, error: 'expected name:value or name(role):value' };
  }
  const roleError = validateRole(role.trim());
  if (roleError !== undefined) {
    return { ok: false, error: roleError };
  }
  const parsed = parseValue(name.trim(), value.trim());
  if (!parsed.ok || role.trim() === '*') {
    return parsed;
  }
  return { ok: true, value: { ...parsed.value, reservations: [{ type: 'STATIC', role: role.trim() }] } };
}

function parseValue(name: string, value: string): Parsed<Resource> {
  if (value.startsWith('[') && value.endsWith(']')) {
    return parseRangesValue(name, value.slice(1, -1));
  }
  if (value.startsWith('{') && value.endsWith('}')) {
    const items = value.slice(1, -1).split(',');
    return checked(setResource(name, items.map((item) => item.trim()).filter(Boolean)));
  }
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/iu.test(value)) {
    return { ok: false, error: `'${value}' is not a number, [ranges] or {set}` };
  }
  // The double itself is checked, for rounding would hide a value too small to count.
  return checked(
    { name, type: 'SCALAR', scalar: { value: Number(value) } },
    scalarResource(name, Number(value)),
  );
}

function parseRangesValue(name: string, list: string): Parsed<Resource> {
  const ranges: RangeValue[] = [];
  for (const part of list.split(',').map((text) => text.trim())) {
    if (part === '') {
      continue;
    }
    const { begin, end } = /^(?<begin>\d+)\s*-\s*(?<end>\d+)$/u.exec(part)?.groups ?? {};
    if (begin === undefined || end === undefined) {
      return { ok: false, error: `'${part}' is not a range begin-end` };
    }
    ranges.push({ begin: Number(begin), end: Number(end) });
  }
  return checked({ name, type: 'RANGES', ranges: { range: ranges } }, rangesResource(name, ranges));
}

/** Validates the resource as it was written and gives its normal form. */
function checked(written: Resource, normal: Resource = written): Parsed<Resource> {
  const error = validateResource(written);
  return error === undefined ? { ok: true, value: normal } : { ok: false, error };
}
