import type { ArgumentSpec, Command } from '../command-line/command.js';
import { WRITE_OPTIONS } from '../command-line/command.js';
import { showEventStream } from './events.js';
import { history, HISTORY_OPTIONS, SUBJECT_OPTIONS } from './history.js';
import { showStatus } from './status.js';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  pauseWebhook,
  redeliverWebhook,
  resumeWebhook,
} from './webhooks.js';

const WEBHOOK: ArgumentSpec = { name: 'ID', completion: 'webhook' };
const CLAIMS = { reason: WRITE_OPTIONS['reason']!, as: WRITE_OPTIONS['as']! };

/** Everything about what happened: events, history, audit, replay, webhooks; and the state of the server. */
export const RECORD_COMMANDS: readonly Command[] = [
  {
    name: 'events',
    summary: 'prints what happens, or what happened since some time',
    details: ['Every line begins with the position that `--since` goes on behind.'],
    options: {
      follow: { short: 'f', description: 'go on with what comes, across broken connections' },
      since: { value: 'WHEN', description: 'begin there: a position, a time, or how long ago' },
      type: { value: 'TYPE', repeatable: true, description: 'events of this type only' },
      app: {
        value: 'ID',
        repeatable: true,
        description: 'about this app only; `*` stands for anything',
        completion: 'app',
      },
      raw: {
        description: 'the facts as the log has them, CloudEvents, instead of the words of the event bus',
      },
    },
    examples: [
      'events --follow',
      'events --since 1h --app /web',
      'events --follow --type deployment_success --type deployment_failed',
      'events --since 0 --raw > events.ndjson',
    ],
    run: showEventStream,
  },
  {
    name: 'history',
    summary: 'shows who changed what, when, how and why',
    details: [
      'One line per command, also of those that were refused; `--events` shows everything that happened.',
    ],
    options: { ...SUBJECT_OPTIONS, ...HISTORY_OPTIONS },
    examples: ['history --from 1d', 'history --group /shop --actor ann', 'history --type LeadershipAcquired'],
    run: history,
  },
  {
    name: 'audit export',
    summary: 'writes the log with the hashes that chain its events',
    options: {
      from: { value: 'WHEN', description: 'from there on; the beginning' },
      to: { value: 'WHEN', description: 'up to there; the end' },
      output: {
        short: 'o',
        value: 'FILE',
        description: 'to this file, not the standard output',
        completion: 'file',
      },
    },
    examples: ['audit export -o audit.ndjson', 'audit export --from 30d | gzip > audit.ndjson.gz'],
    run: async (call) => (await import('./audit.js')).exportAudit(call),
  },
  {
    name: 'audit verify',
    summary: 'proves that an export is complete and untouched, or names the place where it is not',
    details: [
      'Without FILE the export is fetched from the server.',
      'An export proves itself; that it is the right one, `--expect` or `--against server` prove.',
    ],
    arguments: [{ name: 'FILE', optional: true, completion: 'file' }],
    options: {
      against: {
        value: 'server',
        description: 'compare with what the server has, too',
        completion: ['server'],
      },
      expect: { value: 'HASH', description: 'the hash that the last event must have' },
    },
    examples: ['audit verify audit.ndjson', 'audit verify audit.ndjson --against server', 'audit verify'],
    run: async (call) => (await import('./audit.js')).verifyExport(call),
  },
  {
    name: 'replay',
    summary: 'folds the log up to some time on this machine and shows the state of then',
    details: ['Neither the server nor Mesos is touched. The hash is that of `ekidenctl`.'],
    options: {
      to: { value: 'WHEN', description: 'up to there: a position, a time, or how long ago; the end' },
      serve: {
        value: 'PORT',
        description: 'serve the reads of the v2 API over that state on 127.0.0.1; 0 for any port',
      },
    },
    examples: ['replay --to 1234', 'replay --to 8h --serve 9090', 'replay --json'],
    run: async (call) => (await import('./replay.js')).replay(call),
  },
  {
    name: 'webhook list',
    summary: 'lists webhooks and how they are doing',
    examples: ['webhook list'],
    run: listWebhooks,
  },
  {
    name: 'webhook create',
    summary: 'sends events to an address from now on',
    details: ['The secret that signs what is sent comes from EKIDEN_WEBHOOK_SECRET or the standard input.'],
    arguments: [{ name: 'URL' }],
    options: {
      type: { value: 'TYPE', repeatable: true, description: 'events of this type only' },
      app: { value: 'ID', repeatable: true, description: 'about this app only; `*` stands for anything' },
      format: {
        value: 'FORMAT',
        description: '`bus`, the words of the event bus, or `cloudevents`, the facts of the log',
        completion: ['bus', 'cloudevents'],
      },
      'secret-stdin': { description: 'read the secret from the standard input' },
      description: { value: 'TEXT', description: 'what it is for' },
      'max-attempts': { value: 'N', description: 'give an event up after so many' },
      since: { value: 'WHEN', description: 'begin in the past' },
      ...CLAIMS,
    },
    examples: ['webhook create https://ops.example/hook --type deployment_failed --app "/shop/*"'],
    run: createWebhook,
  },
  {
    name: 'webhook delete',
    summary: 'ends a webhook',
    arguments: [WEBHOOK],
    options: CLAIMS,
    examples: ['webhook delete 01JD3Q8Z'],
    run: deleteWebhook,
  },
  {
    name: 'webhook pause',
    summary: 'keeps events back until the webhook is resumed',
    arguments: [WEBHOOK],
    options: CLAIMS,
    examples: ['webhook pause 01JD3Q8Z'],
    run: pauseWebhook,
  },
  {
    name: 'webhook resume',
    summary: 'goes on sending where a webhook was paused',
    arguments: [WEBHOOK],
    options: CLAIMS,
    examples: ['webhook resume 01JD3Q8Z'],
    run: resumeWebhook,
  },
  {
    name: 'webhook redeliver',
    summary: 'sends events once more',
    arguments: [WEBHOOK],
    options: {
      from: { value: 'POSITION', description: 'from this event on' },
      to: { value: 'POSITION', description: 'up to this one' },
      'dead-letters': { description: 'those that were given up' },
      ...CLAIMS,
    },
    examples: [
      'webhook redeliver 01JD3Q8Z --dead-letters',
      'webhook redeliver 01JD3Q8Z --from 1200 --to 1300',
    ],
    run: redeliverWebhook,
  },
  {
    name: 'status',
    summary: 'shows who leads, where the log stands and whether Mesos is there',
    examples: ['status', 'status --json'],
    run: showStatus,
  },
];
