import type { AppDefinition } from './app/app-definition.js';

/** The part of the server's configuration that definitions depend on (`spec/definitions.md` §1). */
export interface DefinitionSettings {
  readonly mesosRole: string;
  readonly newGroupEnforceRole: 'off' | 'top';
  readonly defaultNetworkName?: string;
  readonly mesosBridgeName: string;
  readonly enabledFeatures: ReadonlySet<string>;
}

/** What the tree of apps and groups knows of the place a definition is for. Paths are canonical. */
export interface DefinitionPlaces {
  /** The stored app with this id, if there is one. */
  storedApp(appId: string): AppDefinition | undefined;
  /** `enforceRole` of a top-level group; `undefined` when there is no such group. */
  enforcesRole(topLevelGroup: string): boolean | undefined;
}

/** Everything but the body that decides what a submitted definition means. */
export interface DefinitionContext {
  readonly settings: DefinitionSettings;
  readonly places: DefinitionPlaces;
  /** Group that relative ids and dependencies resolve against: the root on `/v2/apps` (§3.2). */
  readonly basePath: string;
  /** The definition is part of a group body, which may not give it the role of its group (§11). */
  readonly inGroupBody?: boolean;
  /** The request carries `force=true`. */
  readonly force: boolean;
}
