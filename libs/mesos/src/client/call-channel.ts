import type { CallBody } from '../protocol/call.js';
import { CallLane, type QueuedCall } from './call-lane.js';
import { judgeAnswer, type CallResult, type CallVerdict } from './call-result.js';
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

interface Answer {
  result: CallResult;
  verdict: CallVerdict;
  pauseMs?: number | undefined;
}

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
    this.#ordered = new CallLane(clock, 1, (call) => this.#send('ordered', call));
    this.#acknowledgements = new CallLane(clock, options.maxAcknowledgementsUnderWay, (call) =>
      this.#send('acknowledgements', call),
    );
  }

  call(frameworkId: string, body: CallBody): Promise<CallResult> {
    const { type, ...rest } = body;
    const lane = type === 'ACKNOWLEDGE' ? this.#acknowledgements : this.#ordered;
    return lane.push({ type, body: JSON.stringify({ type, framework_id: { value: frameworkId }, ...rest }) });
  }

  /** Ends the connections: waiting calls become stale, the outcome of those under way unknown. */
  close(reason: string): void {
    this.#ordered.close(reason);
    this.#acknowledgements.close(reason);
    this.#connections.close();
  }

  async #send(route: CallRoute, call: QueuedCall): Promise<CallResult> {
    const { result, verdict, pauseMs } = await this.#exchange(route, call);
    if (verdict.kind === 'pause') {
      const delayMs = pauseMs ?? this.#settings.options.backoffMaxMs;
      this.#ordered.pause(delayMs);
      this.#acknowledgements.pause(delayMs);
    }
    const detail = result.outcome === 'rejected' ? `${result.status} ${result.text}` : '';
    const reason = 'reason' in result ? result.reason : detail;
    this.#settings.onVerdict(verdict, `${call.type}: ${reason}`);
    return result;
  }

  /** A call that was refused for its credentials was not carried out: with renewed ones it is sent once more. */
  async #exchange(route: CallRoute, call: QueuedCall, isRepeated = false): Promise<Answer> {
    const { credentials } = this.#settings;
    const authorization = credentials.header;
    if (!authorization.ok) {
      const result: CallResult = { outcome: 'rejected', status: 401, text: authorization.error };
      return { result, verdict: { kind: 'pause', alert: true } };
    }
    try {
      const headers = this.#headersFor(authorization.value);
      const { status, text, pauseMs } = await this.#connections.send(route, { headers, body: call.body });
      if (status === 401 && !isRepeated && credentials.renew(authorization.value)) {
        return await this.#exchange(route, call, true);
      }
      return { ...judgeAnswer(status, text, call.type), pauseMs };
    } catch (error) {
      const result: CallResult = { outcome: 'unknown', reason: (error as Error).message };
      return { result, verdict: { kind: 'unknownOutcome' } };
    }
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
