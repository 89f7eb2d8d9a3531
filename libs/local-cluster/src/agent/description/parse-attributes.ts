import type { Attribute } from '#mesos';

/**
 * Attributes of the text form `name:value;name:value` (C§20.1), split at the first colon. Order is kept, names may
 * repeat. A text that is not of this form gives an error that quotes it.
 */
export function parseAttributes(
  text: string | undefined,
):
  | { readonly ok: true; readonly attributes: readonly Attribute[] }
  | { readonly ok: false; readonly error: string } {
  const attributes: Attribute[] = [];
  for (const item of (text ?? '').split(';').map((part) => part.trim())) {
    if (item === '') continue;
    const colon = item.indexOf(':');
    if (colon <= 0) return { ok: false, error: `Invalid attribute '${item}': expected name:value` };
    attributes.push(toAttribute(item.slice(0, colon).trim(), item.slice(colon + 1).trim()));
  }
  return { ok: true, attributes };
}

function toAttribute(name: string, value: string): Attribute {
  if (/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) {
    return { name, type: 'SCALAR', scalar: { value: Number(value) } };
  }
  if (/^\[\s*\d+\s*-\s*\d+\s*(,\s*\d+\s*-\s*\d+\s*)*\]$/.test(value)) {
    const range = [...value.matchAll(/(\d+)\s*-\s*(\d+)/g)].map(([, begin, end]) => ({
      begin: Number(begin),
      end: Number(end),
    }));
    return { name, type: 'RANGES', ranges: { range } };
  }
  return { name, type: 'TEXT', text: { value } };
}
