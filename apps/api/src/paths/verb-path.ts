import { canonicalPath } from '#domain';

/** A path below `/ekiden/v1/apps/` or `/ekiden/v1/groups/`: an absolute id, and what is asked of it. */
export interface VerbPath {
  readonly id: string;
  readonly verb: string;
}

/** Splits the decoded rest of a path: the last segment is the verb. `undefined` where there is no segment at all. */
export function splitVerbPath(rest: string): VerbPath | undefined {
  const segments = rest.split('/').filter((segment) => segment !== '');
  const verb = segments.pop();
  return verb === undefined ? undefined : { id: canonicalPath(`/${segments.join('/')}`), verb };
}
