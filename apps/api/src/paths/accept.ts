/**
 * How much a client wants a media type, 0 to 1, by its `Accept` header: the most specific range decides
 * (RFC 9110 §12.5.1). Without a header everything is welcome.
 */
export function qualityOf(accept: string | undefined, mediaType: string): number {
  if (accept === undefined || accept.trim() === '') return 1;
  const [family] = mediaType.split('/');
  let best = { specificity: -1, quality: 0 };
  for (const part of accept.split(',')) {
    const range = parseRange(part);
    const specificity = [`*/*`, `${family}/*`, mediaType].indexOf(range.type);
    if (specificity > best.specificity) best = { specificity, quality: range.quality };
  }
  return best.quality;
}

/** Whether the client names the type itself, not by a wildcard, and does not exclude it. */
export function namesType(accept: string | undefined, mediaType: string): boolean {
  return (accept ?? '').split(',').some((part) => {
    const range = parseRange(part);
    return range.type === mediaType && range.quality > 0;
  });
}

function parseRange(part: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = part.split(';');
  const quality = parameters
    .map((parameter) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(parameter)?.[1])
    .find(Boolean);
  return { type: type.trim().toLowerCase(), quality: quality === undefined ? 1 : Number(quality) };
}
