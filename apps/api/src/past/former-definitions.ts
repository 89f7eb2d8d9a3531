import { formatTimestamp, parseTimestamp, type State, type Subtree, type Timestamp } from '#domain';
import type { Definitions, JsonObject } from '#history';
import type { ReadModel } from '../projection/read-model.js';
import { comparedApp, comparedGroup } from '../wire/compared-form.js';
import type { Place } from './archive.js';
import type { Subject } from './question.js';

/** An app or a group, with everything below, as it was. */
export interface Former extends Subtree {
  /** Where it was found; `version` that of the app. */
  readonly where: { readonly position: number; readonly time: Timestamp; readonly version?: Timestamp };
  /** Whether the subject itself was there. */
  readonly exists: boolean;
  /** For comparison. */
  wireForm(): Definitions;
}

/**
 * The definitions of a subject in a state that `text` led to. A version is a time, too: where the subject had exactly this
 * version, that one is meant, and not what may have replaced it within the same millisecond.
 */
export function definitionsAt(
  { model, place }: { readonly model: ReadModel; readonly place: Place },
  subject: Subject,
  text: string,
): Former {
  const { state } = model;
  const instant = parseTimestamp(text);
  const version = instant === undefined ? undefined : formatTimestamp(instant);
  const subtree =
    'app' in subject ? ofApp(state, subject.app, version) : ofGroup(state, subject.group, version);
  const app = 'app' in subject ? subtree.apps.get(subject.app) : undefined;
  return {
    ...subtree,
    where: {
      position: place.position,
      time: formatTimestamp(place.timeMs),
      ...(app === undefined ? {} : { version: app.version }),
    },
    exists: app !== undefined || ('group' in subject && subtree.groups.has(subject.group)),
    wireForm: () => wireForm(subtree),
  };
}

function ofApp(state: State, appId: string, version: Timestamp | undefined): Subtree {
  const exactly = version === undefined ? undefined : state.versions.get(appId, version);
  const app = exactly ?? state.apps.get(appId);
  return { groups: new Map(), apps: new Map(app === undefined ? [] : [[appId, app]]) };
}

function ofGroup(state: State, groupId: string, version: Timestamp | undefined): Subtree {
  const exactly = version === undefined ? undefined : state.subtreeAt(groupId, version);
  return exactly ?? state.subtree(groupId);
}

function wireForm({ groups, apps }: Subtree): Definitions {
  const definitions = new Map<string, JsonObject>();
  for (const group of groups.values()) definitions.set(group.id, comparedGroup(group));
  for (const app of apps.values()) definitions.set(app.id, comparedApp(app));
  return definitions;
}
