import type { DefinitionSettings } from '../../settings.js';
import type { RoleSettings } from '../roles.js';

/** What rules know besides the app itself. */
export interface Facts {
  readonly settings: DefinitionSettings;
  readonly roles: RoleSettings;
  /** The request carries `force=true`. */
  readonly force: boolean;
}
