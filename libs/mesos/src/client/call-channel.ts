import { Client, Pool, type Dispatcher } from 'undici';

import type { CallBody } from '../protocol/call.js';
import { CallLane, type QueuedCall } from './call-lane.js';
import { judgeAnswer, type CallResult, type CallVerdict } from './call-result.js';
import type { ClientOptions } from './client-options.js';
import type { Clock } from './clock.js';
import type { Credentials } from './credentials.js';
import { jsonHeaders, retryAfterMs, SCHEDULER_PATH } from './wire.js';

export interface CallChannelSettings {
  origin: URL;
  streamId: string;
  credentials: Credentials;
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
 * Sends the calls of one subscription (`spec/mesos-client.md §1`, §2.1): acknowledgements over several connections
 * at once, for only one update per task is outstanding; everything else one after the other over one connection.
 */
export class CallChannel {
  readonly #settings: CallChannelSettings;
  readonly #dispatchers: readonly Dispatcher[];
  readonly #ordered: CallLane;
  readonly #acknowledgements: CallLane;

  constructor(settings: CallChannelSettings) {
    this.#settings = settings;
    const { origin, clock, options } = settings;
    const connection = {
      headersTimeout: options.callTimeoutMs,
      bodyTimeout: options.callTimeoutMs,
      connect: { timeout: options.connectTimeoutMs },
    };
    const one = new Client(origin, connection);
    const several = new Pool(origin, { ...connection, connections: options.acknowledgementConnections });
    this.#dispatchers = [one, several];
    this.#ordered = new CallLane(clock, 1, (call) => this.#send(one, call));
    this.#acknowledgements = new CallLane(clock, options.acknowledgementConnections, (call) =>
      this.#send(several, call),
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
    for (const dispatcher of this.#dispatchers) {
      void dispatcher.destroy();
    }
  }

  async #send(dispatcher: Dispatcher, call: QueuedCall): Promise<CallResult> {
    const { result, verdict, pauseMs } = await this.#exchange(dispatcher, call);
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
  async #exchange(dispatcher: Dispatcher, call: QueuedCall, isRepeated = false): Promise<Answer> {
    const { credentials, streamId } = this.#settings;
    const authorization = credentials.header;
    if (!authorization.ok) {
      const result: CallResult = { outcome: 'rejected', status: 401, text: authorization.error };
      return { result, verdict: { kind: 'pause', alert: true } };
    }
    try {
      const { statusCode, headers, body } = await dispatcher.request({
        method: 'POST',
        path: SCHEDULER_PATH,
        headers: jsonHeaders({ authorization: authorization.value, streamId }),
        body: call.body,
      });
      // The body must be read to its end before the connection can be used again.
      const text = await body.text();
      if (statusCode === 401 && !isRepeated && credentials.renew(authorization.value)) {
        return await this.#exchange(dispatcher, call, true);
      }
      const retryAfter = [headers['retry-after']].flat()[0];
      return { ...judgeAnswer(statusCode, text, call.type), pauseMs: retryAfterMs(retryAfter) };
    } catch (error) {
      const result: CallResult = { outcome: 'unknown', reason: (error as Error).message };
      return { result, verdict: { kind: 'unknownOutcome' } };
    }
  }
}
