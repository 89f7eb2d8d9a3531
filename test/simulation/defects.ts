import type { TopicDefects } from './log/shared-topic.js';
import type { StreamDefects } from './checking/subscriber.js';
import type { MesosDefects } from './mesos/simulated-mesos.js';
import type { NodeDefects } from './node/broken-parts.js';
import type { WebhookDefects } from './webhooks/simulated-receivers.js';

/** What a test breaks on purpose, to see that it is noticed: a check that cannot fail is worthless. */
export type Defects = TopicDefects & StreamDefects & MesosDefects & NodeDefects & WebhookDefects;
