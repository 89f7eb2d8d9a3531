import type { AppDefinition } from '../definitions/app/app-definition.js';
import { instanceOf, recordOf, type InstanceRecord } from '../instances/instance-record.js';
import type { Accepted, Done, Planned, Refusal, Reply, WebhookAnnounced, WebhookStored } from './command.js';

/** The instances of a kill with each definition once, however many instances share it. */
interface RememberedKill {
  readonly kind: 'killed';
  readonly apps: readonly AppDefinition[];
  readonly instances: readonly InstanceRecord[];
}

/** A reply as the log keeps it for a command that may come again with the same idempotency key. */
export type RememberedReply = Accepted | Planned | Done | WebhookStored | WebhookAnnounced | RememberedKill;

/** What to write down of a reply. A refusal changed nothing and is not remembered. */
export function rememberedForm(reply: Exclude<Reply, Refusal>): RememberedReply {
  if (reply.kind !== 'killed') return reply;
  const apps = new Map(reply.instances.map(({ app }) => [keyOf(app.id, app.version), app]));
  return { kind: 'killed', apps: [...apps.values()], instances: reply.instances.map(recordOf) };
}

/** The reply that was written down. */
export function replyFrom(remembered: RememberedReply): Reply {
  if (remembered.kind !== 'killed') return remembered;
  const apps = new Map(remembered.apps.map((app) => [keyOf(app.id, app.version), app]));
  return {
    kind: 'killed',
    instances: remembered.instances.map((record) => {
      const app = apps.get(keyOf(record.appId, record.version));
      if (app === undefined) throw new Error(`no definition was remembered for instance ${record.id}`);
      return instanceOf(record, app);
    }),
  };
}

const keyOf = (appId: string, version: string): string => `${appId} ${version}`;
