import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../command-line/command.js';
import { EXIT, RefusedError, UnreachableError, UsageError, type ExitCode } from '../errors.js';
import { serverSentEvents, type StreamFrame } from '../http/server-sent-events.js';
import { printable } from '../output/styles.js';
import { whenOf } from '../when.js';
import { absoluteId } from './ids.js';

/** Where the two streams are: in Marathon's words, and the facts as the log has them. */
const STREAMS = { bus: '/v2/events', raw: '/ekiden/v1/stream' } as const;

/** So long nothing comes when a stream has told all that there was. */
const SILENCE_MS = 700;

const RECONNECT_MS = 1000;

/** Prints events as they come; without `--follow` those that were, from `--since` on. */
export async function showEventStream(call: Call): Promise<ExitCode> {
  const { input, io } = call;
  const since = input.option('since');
  const follow = input.flag('follow');
  if (!follow && since === undefined)
    throw new UsageError('from when on? `--since WHEN`, or `--follow` for what comes');
  let after = since === undefined ? undefined : whenOf(since, io.nowMs());
  for (;;) {
    try {
      const response = await open(call, after);
      for await (const frame of follow ? serverSentEvents(response) : untilSilent(response)) {
        if (frame.id !== undefined) after = frame.id;
        print(call, frame);
      }
      if (!follow) return EXIT.ok;
    } catch (error) {
      if (io.interrupted.aborted) return EXIT.ok;
      if (!follow || error instanceof RefusedError || error instanceof UnreachableError) throw error;
    }
    if (io.interrupted.aborted) return EXIT.ok;
    call.screen.note('the stream broke: connecting again');
    await delay(RECONNECT_MS);
  }
}

function open({ api, input }: Call, since: string | undefined): Promise<IncomingMessage> {
  const raw = input.flag('raw');
  const types = input.list('type');
  return api.open({
    method: 'GET',
    path: raw ? STREAMS.raw : STREAMS.bus,
    query: {
      since,
      [raw ? 'type' : 'event_type']: types,
      app: input.list('app').map((app) => (app.includes('*') ? app : absoluteId(app))),
    },
    headers: { accept: 'text/event-stream' },
  });
}

/** Frames until none has come for a moment: the stream itself does not say where the past ends. */
async function* untilSilent(response: IncomingMessage): AsyncGenerator<StreamFrame> {
  const end = (): unknown => response.destroy();
  let silence = setTimeout(end, SILENCE_MS * 3);
  try {
    for await (const frame of serverSentEvents(response)) {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      yield frame;
    }
  } catch (error) {
    if (!response.destroyed) throw error;
  } finally {
    clearTimeout(silence);
  }
}

function print({ input, screen }: Call, { id, event, data }: StreamFrame): void {
  if (screen.json || input.flag('raw')) {
    screen.line(data);
    return;
  }
  const { style } = screen;
  if (event === 'event_stream_attached' || event === 'event_stream_detached') return;
  const body = JSON.parse(data) as Record<string, unknown>;
  const text = [
    style.dim((id ?? '').padStart(7)),
    style.dim(String(body['timestamp'] ?? '')),
    style.cyan(event.replace(/_event$/, '')),
    printable(busEssence(body)),
  ].join('  ');
  screen.line(text.trimEnd());
}

/** What an event of the bus is about, in a few words. */
function busEssence(body: Readonly<Record<string, unknown>>): string {
  const plan = body['plan'] as { id?: string } | undefined;
  const app = body['appDefinition'] as { id?: string } | undefined;
  const names = [
    'appId',
    'runSpecId',
    'groupId',
    'taskId',
    'instanceId',
    'taskStatus',
    'condition',
    'host',
    'reason',
  ];
  const values = [app?.id, plan?.id, ...names.map((name) => body[name]), body['message']];
  return [...new Set(values)].filter((value) => typeof value === 'string' && value !== '').join(' ');
}
