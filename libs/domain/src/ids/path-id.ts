/**
 * Ids of services and groups (`spec/definitions.md` §3). A canonical path is absolute, has no empty, `.` or `..`
 * segment and no trailing slash; the root is `/`. Everything in the domain holds ids in this form.
 */

export const ROOT = '/';

/**
 * What has no place in an `id` field (phase P, §3.1), whose language is `..` or dot-joined labels with any number of
 * slashes between them: another character, a hyphen at either end of a label, a dot at either end of a segment or next to
 * another, unless the segment is `..`. Asked this way round, nothing is repeated, so that hostile input costs neither time
 * nor stack, however long it is.
 */
const NOT_IN_SUBMITTED_ID =
  /[^a-z0-9./-]|(?<![a-z0-9-])-|-(?![a-z0-9-])|(?<=[^/.])\.(?![^/.])|(?<![^/])\.(?!\.(?![^/]))|(?<=[^/])\.\.|\.\.(?=[^/])/;

const SEGMENT = /^(?:\.\.?|[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*)$/;

/** The segment grammar as error texts quote it (§3.1). */
export const SEGMENT_REGEX_TEXT =
  '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$';

/** Last segments that would hide a sub-resource of the REST API (§3.3). */
export const RESERVED_LAST_SEGMENTS: readonly string[] = ['restart', 'tasks', 'versions', '.', '..'];

/** Whether the text may stand in an `id` field: relative or absolute, not yet canonical. */
export function isSubmittedId(text: string): boolean {
  return !NOT_IN_SUBMITTED_ID.test(text);
}

/** Whether the text is one legal step of a path, `.` and `..` included. */
export function isPathSegment(text: string): boolean {
  return SEGMENT.test(text);
}

/**
 * The canonical form of an id: relative ids resolve against `base`, slashes collapse, `.` is dropped, `..` removes
 * the previous segment and is ignored above the root.
 */
export function canonicalPath(text: string, base: string = ROOT): string {
  const absolute = text.startsWith('/');
  if (absolute && text.length > 1 && !text.endsWith('/') && !text.includes('//') && !text.includes('/.')) {
    return text;
  }
  const segments = absolute ? [] : pathSegments(base);
  for (const step of text.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..') segments.pop();
    else segments.push(step);
  }
  return `/${segments.join('/')}`;
}

/** The segments of a canonical path; none for the root. */
export function pathSegments(path: string): string[] {
  return path === ROOT ? [] : path.slice(1).split('/');
}

/** The enclosing group of a canonical path; the root is its own parent. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? ROOT : path.slice(0, slash);
}

/** All enclosing groups of a canonical path, from the root down to the parent; none for the root. */
export function ancestorPaths(path: string): string[] {
  if (path === ROOT) return [];
  const ancestors = [ROOT];
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash));
  }
  return ancestors;
}

/**
 * Whether something holds for a canonical path or for any group above it. Every path is asked about once, however many
 * lie below it: answers are kept, so what is asked about must not change meanwhile.
 */
export function atOrAbove(holds: (path: string) => boolean): (path: string) => boolean {
  const answers = new Map<string, boolean>();
  return (path) => {
    const asked: string[] = [];
    let at = path;
    let answer = answers.get(at);
    while (answer === undefined) {
      asked.push(at);
      const found = holds(at);
      if (found || at === ROOT) {
        answer = found;
      } else {
        at = parentPath(at);
        answer = answers.get(at);
      }
    }
    for (const id of asked) answers.set(id, answer);
    return answer;
  };
}

/** The top-level group a canonical path lies in, or `undefined` for the root and for direct children of the root. */
export function topLevelGroup(path: string): string | undefined {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Whether `path` lies strictly below `group`, at any depth; both canonical. */
export function isDescendant(path: string, group: string): boolean {
  if (group === ROOT) return path !== ROOT;
  return path.length > group.length && path.charCodeAt(group.length) === 0x2f && path.startsWith(group);
}

/** The path as it stands in instance and task ids: `/shop/db` is `shop_db`. Ids never hold an underscore. */
export function safePath(path: string): string {
  return path.slice(1).replaceAll('/', '_');
}

/** The canonical path behind a safe path. */
export function fromSafePath(text: string): string {
  return `/${text.replaceAll('_', '/')}`;
}

/** The path with its segments reversed and joined by dots, as Mesos task names show it: `/shop/db` is `db.shop`. */
export function reversedName(path: string): string {
  return pathSegments(path).toReversed().join('.');
}
