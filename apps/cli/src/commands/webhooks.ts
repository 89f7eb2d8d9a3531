import type { Call } from '../command-line/command.js';
import { EXIT, UsageError, type ExitCode } from '../errors.js';
import { pathOf, type ApiRequest } from '../http/api.js';
import { readAll } from '../io.js';
import { whenOf } from '../when.js';

const WEBHOOKS = '/ekiden/v1/webhooks';

interface WebhookView {
  readonly id: string;
  readonly url: string;
  readonly state?: string;
  readonly cursor?: number;
  readonly deadLetters?: number;
  readonly lastError?: string;
  readonly description?: string;
}

export async function listWebhooks({ api, screen }: Call): Promise<ExitCode> {
  const { text } = await api.send({ method: 'GET', path: WEBHOOKS });
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const body = JSON.parse(text) as { webhooks: readonly WebhookView[] } | readonly WebhookView[];
  const webhooks = 'webhooks' in body ? body.webhooks : body;
  const { style } = screen;
  if (webhooks.length === 0) screen.note('there are no webhooks; `ekiden webhook create URL` makes one');
  else {
    screen.table<WebhookView>(
      [
        { title: 'ID', value: ({ id }) => id },
        {
          title: 'STATE',
          value: ({ state }) => state,
          style: (state) => (state === 'active' ? style.green(state) : style.yellow(state)),
        },
        { title: 'CURSOR', align: 'right', value: ({ cursor }) => cursor },
        { title: 'DEAD', align: 'right', value: ({ deadLetters }) => deadLetters },
        { title: 'URL', flexible: true, value: ({ url }) => url },
        { title: 'LAST ERROR', flexible: true, value: ({ lastError }) => lastError },
      ],
      webhooks,
    );
  }
  return EXIT.ok;
}

export async function createWebhook(call: Call): Promise<ExitCode> {
  const { input, io } = call;
  const since = input.option('since');
  const body = {
    url: input.argument('URL'),
    eventTypes: input.list('type'),
    apps: input.list('app'),
    format: input.option('format') ?? 'bus',
    secret: await secretOf(call),
    description: input.option('description'),
    maxAttempts: input.number('max-attempts'),
    since: since === undefined ? undefined : positionOr(whenOf(since, io.nowMs())),
  };
  return change(call, { method: 'POST', path: WEBHOOKS, body }, 'creates webhook');
}

/** A secret on the command line could be seen by others: it comes from the environment or the standard input. */
async function secretOf({ input, io }: Call): Promise<string | undefined> {
  if (!input.flag('secret-stdin')) return io.env['EKIDEN_WEBHOOK_SECRET'];
  const secret = (await readAll(io.stdin)).replace(/\r?\n$/, '');
  if (secret === '') throw new UsageError('the standard input holds no secret');
  return secret;
}

const positionOr = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

export const deleteWebhook = (call: Call): Promise<ExitCode> =>
  change(call, { method: 'DELETE', path: pathOf(WEBHOOKS, call.input.argument('ID')) }, 'deletes webhook');

export const pauseWebhook = (call: Call): Promise<ExitCode> => command(call, 'pause', 'pauses webhook');

export const resumeWebhook = (call: Call): Promise<ExitCode> => command(call, 'resume', 'resumes webhook');

export async function redeliverWebhook(call: Call): Promise<ExitCode> {
  const { input } = call;
  const [from, to] = [input.number('from'), input.number('to')];
  const deadLetters = input.flag('dead-letters');
  if (deadLetters === (from !== undefined)) {
    throw new UsageError('what to deliver again: `--dead-letters`, or `--from POSITION`');
  }
  return command(
    call,
    'redeliver',
    'delivers again to webhook',
    deadLetters ? { deadLetters } : { from, to },
  );
}

const command = (call: Call, verb: string, done: string, body?: unknown): Promise<ExitCode> =>
  change(call, { method: 'POST', path: pathOf(WEBHOOKS, call.input.argument('ID'), verb), body }, done);

async function change({ api, screen, input }: Call, request: ApiRequest, done: string): Promise<ExitCode> {
  const { text } = await api.send(request);
  if (screen.json) {
    screen.body(text);
    return EXIT.ok;
  }
  const id = input.optional('ID') ?? (JSON.parse(text) as WebhookView).id;
  screen.line(`${done} ${id}`);
  return EXIT.ok;
}
