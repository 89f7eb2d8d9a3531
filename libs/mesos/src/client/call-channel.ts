import type { CallBody } from '../protocol/call.js';
import { CallLane, type QueuedCall } from './call-lane.js';
import { judgeAnswer, type CallResult, type CallVerdict, type Judgement } from './call-result.js';
import type { ClientOptions } from './client-options.js';
import type { Clock } from './clock.js';
import type { Credentials } from './credentials.js';
import type { CallConnections, CallRoute, MasterTransport } from './transport.js';
import { jsonHeaders } from './wire.js';

export interface CallChannelSettings {
  origin: URL;
  streamId: string;
  credentials: Credentials;
  transport: MasterTransport;
  options: ClientOptions;
  clock: Clock;
  /** Told of every answer that means something for the session, after the call's result is known. */
  onVerdict: (verdict: CallVerdict, detail: string) => void;
}

/** Takes what came of a call, and how long the master asks to wait, ms. */
type Settle = (judgement: Judgement, pauseMs?: number) => void;

/**
 * Sends the calls of one subscription (`spec/mesos-client.md §1`, §2.1): acknowledgements many at once, for only one
 * update per task is outstanding, and without waiting for the answers to those before; everything else one after the
 * other over one connection.
 */
export class CallChannel {
  readonly #settings: CallChannelSettings;
  readonly #connections: CallConnections;
  readonly #ordered: CallLane;
  readonly #acknowledgements: CallLane;
  #headers: { authorization: string | undefined; values: Record<string, string> } | undefined;

  constructor(settings: CallChannelSettings) {
    this.#settings = settings;
    const { origin, clock, options, transport } = settings;
    this.#connections = transport.connect(origin, options);
    this.#ordered = new CallLane(clock, 1, (call, done) => this.#send('ordered', call, done));
    this.#acknowledgements = new CallLane(clock, options.maxAcknowledgementsUnderWay, (call, done) =>
      this.#send('acknowledgements', call, done),
    );
  }

  call(frameworkId: string, body: CallBody): Promise<CallResult> {
    const { type, ...rest } = body;
    const lane = type === 'ACKNOWLEDGE' ? this.#acknowledgements : this.#ordered;
    const text = JSON.stringify({ type, framework_id: { value: frameworkId }, ...rest });
    return new Promise((settle) => lane.push({ type, body: text, settle }));
  }

  /** Ends the connections: waiting calls become stale, the outcome of those under way unknown. */
  close(reason: string): void {
    this.#ordered.close(reason);
    this.#acknowledgements.close(reason);
    this.#connections.close();
  }

  #send(route: CallRoute, call: QueuedCall, done: (result: CallResult) => void): void {
    this.#exchange(route, call, ({ result, verdict }, pauseMs) => {
      if (verdict.kind === 'pause') {
        const delayMs = pauseMs ?? this.#settings.options.backoffMaxMs;
        this.#ordered.pause(delayMs);
        this.#acknowledgements.pause(delayMs);
      }
      this.#settings.onVerdict(verdict, verdict.kind === 'none' ? '' : `${call.type}: ${reasonOf(result)}`);
      done(result);
    });
  }

  /** A call that was refused for its credentials was not carried out: with renewed ones it is sent once more. */
  #exchange(route: CallRoute, call: QueuedCall, settle: Settle, isRepeated = false): void {
    const { credentials } = this.#settings;
    const authorization = credentials.header;
    if (!authorization.ok) {
      const result: CallResult = { outcome: 'rejected', status: 401, text: authorization.error };
      return settle({ result, verdict: { kind: 'pause', alert: true } });
    }
    const request = { headers: this.#headersFor(authorization.value), body: call.body };
    this.#connections.send(route, request, (answer) => {
      if (answer instanceof Error) {
        const result: CallResult = { outcome: 'unknown', reason: answer.message };
        settle({ result, verdict: { kind: 'unknownOutcome' } });
      } else if (answer.status === 401 && !isRepeated && credentials.renew(authorization.value)) {
        this.#exchange(route, call, settle, true);
      } else {
        settle(judgeAnswer(answer.status, answer.text, call.type), answer.pauseMs);
      }
    });
  }

  /** The same object as long as the credentials are the same. */
  #headersFor(authorization: string | undefined): Record<string, string> {
    if (this.#headers === undefined || this.#headers.authorization !== authorization) {
      const { streamId } = this.#settings;
      this.#headers = { authorization, values: jsonHeaders({ authorization, streamId }) };
    }
    return this.#headers.values;
  }
}

function reasonOf(result: CallResult): string {
  if ('reason' in result) {
    return result.reason;
  }
  return result.outcome === 'rejected' ? `${result.status} ${result.text}` : '';
}
