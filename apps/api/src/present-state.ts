import type { State } from '#domain';
import type { ApiOptions } from './api-options.js';
import { ApiParts } from './api-parts.js';

/** The state that the reads of the process show, as long as they follow the log. Whoever wants to go on with it copies it. */
export function presentState(options: ApiOptions): State | undefined {
  const { projection } = ApiParts.of(options);
  return projection.following ? projection.model.state : undefined;
}
