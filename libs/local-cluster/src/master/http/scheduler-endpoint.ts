import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, SubscribeCall } from '#mesos';
import type { CallDispatcher, SessionCall } from '../calls/call-dispatcher.js';
import type { FrameworkSessions } from '../frameworks/framework-sessions.js';
import type { Framework } from '../state/framework.js';
import type { MasterState } from '../state/master-state.js';
import { authenticate } from './authentication.js';
import { decodeCall } from './decode-call.js';
import { EventStream } from './event-stream.js';
import { suffer } from './faults.js';
import type { PlainCalls } from './plain-connection.js';
import { readBody } from './request-body.js';
import { methodNotAllowed, sendText, unauthorized } from './responses.js';

export interface SchedulerEndpointParts {
  readonly sessions: FrameworkSessions;
  readonly dispatcher: CallDispatcher;
}

interface TextAnswer {
  readonly status: number;
  readonly body: string;
}

const ACCEPTED: TextAnswer = { status: 202, body: '' };

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Absent without authentication. */
  readonly principal: string | undefined;
}

/** Where it is served. */
export const SCHEDULER_PATH = '/api/v1/scheduler';

const JSON_TYPE = 'application/json';
const NOT_ACCEPTABLE = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'";
const NO_STREAM_ID_EXPECTED = "Subscribe calls should not include the 'Mesos-Stream-Id' header";
const UNSUPPORTED_TYPE = "Expecting 'Content-Type' of application/json or application/x-protobuf";

/** `POST /api/v1/scheduler`: the checks of C§2 in their order, then the call. JSON only. */
export class SchedulerEndpoint implements PlainCalls {
  readonly path = SCHEDULER_PATH;

  constructor(
    private readonly state: MasterState,
    private readonly parts: SchedulerEndpointParts,
  ) {}

  /** Nobody has to authenticate, and no test wants anything to happen to calls. */
  get isReady(): boolean {
    const { options, hooks } = this.state;
    return !options.authenticateHttpFrameworks && hooks.detour === undefined && hooks.hasFaults?.() !== true;
  }

  get maxBytes(): number {
    return this.state.options.maxRequestBytes;
  }

  /** A call that came with a stream id, by the rules of `handle`. */
  answer(body: string, streamId: string): TextAnswer {
    const decoded = decodeCall(body);
    if (decoded.kind === 'refused') return { status: 400, body: decoded.body };
    const { call } = decoded;
    this.state.hooks.onCall?.(call);
    if (call.type === 'SUBSCRIBE') return { status: 400, body: NO_STREAM_ID_EXPECTED };
    return this.answerSessionCall(call, undefined, streamId);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { options } = this.state;
    const authentication = options.authenticateHttpFrameworks
      ? authenticate(request, options.credentials)
      : ({ kind: 'allowed' } as const);
    if (authentication.kind === 'refused') {
      unauthorized(response, 'mesos-master-scheduler');
      return;
    }
    if (request.method !== 'POST') {
      methodNotAllowed(request, response, 'POST');
      return;
    }
    const contentType = request.headers['content-type'];
    if (contentType === undefined) {
      sendText(response, 400, "Expecting 'Content-Type' to be present");
      return;
    }
    if (contentType !== JSON_TYPE) {
      sendText(response, 415, UNSUPPORTED_TYPE);
      return;
    }
    const body = await readBody(request, options.maxRequestBytes);
    if (body.kind === 'refused') {
      sendText(response, body.status, body.body);
      return;
    }
    const decoded = decodeCall(body.text);
    if (decoded.kind === 'refused') {
      sendText(response, 400, decoded.body);
      return;
    }
    const { hooks, clock } = this.state;
    hooks.onCall?.(decoded.call);
    const fault = hooks.takeFault?.(SCHEDULER_PATH, decoded.call.type);
    // Calls of one connection stay in order: nothing is waited for unless there is a fault.
    if (fault !== undefined && (await suffer(fault, { request, response, clock }))) return;
    this.call(decoded.call, { request, response, principal: authentication.principal });
  }

  private call(call: Call, exchange: Exchange): void {
    const { request, response, principal } = exchange;
    const named = call.type === 'SUBSCRIBE' ? call.subscribe.framework_info.principal : undefined;
    if (principal !== undefined && named !== undefined && named !== principal) {
      sendText(response, 400, `Failed to validate scheduler::Call: ${principalMismatch(principal, named)}`);
      return;
    }
    const needsAccept = call.type === 'SUBSCRIBE' || call.type === 'RECONCILE_OPERATIONS';
    if (needsAccept && !acceptsJson(request.headers.accept)) {
      sendText(response, 406, NOT_ACCEPTABLE);
      return;
    }
    if (call.type === 'SUBSCRIBE') this.subscribe(call, exchange);
    else this.sessionCall(call, exchange);
  }

  private subscribe(call: SubscribeCall, { request, response, principal }: Exchange): void {
    if (request.headers['mesos-stream-id'] !== undefined) {
      sendText(response, 400, NO_STREAM_ID_EXPECTED);
      return;
    }
    const { options, clock, random, hooks } = this.state;
    const { onEvent } = hooks;
    const stream: EventStream = new EventStream(response, {
      id: random.uuid(),
      clock,
      heartbeatIntervalMs: options.heartbeatIntervalMs,
      maxBufferedBytes: options.maxStreamBufferBytes,
      ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent(this.listenerOn(stream)?.id, event) }),
    });
    response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Mesos-Stream-Id': stream.id });
    response.once('close', () => this.streamClosed(stream));
    const info = call.subscribe.framework_info;
    this.parts.sessions.subscribe(
      { ...call.subscribe, framework_info: { ...info, principal: info.principal ?? principal } },
      stream,
    );
  }

  private streamClosed(stream: EventStream): void {
    const framework = this.listenerOn(stream);
    if (framework !== undefined) this.parts.sessions.disconnect(framework, stream);
  }

  private listenerOn(stream: EventStream): Framework | undefined {
    return [...this.state.frameworks.values()].find((framework) => framework.stream === stream);
  }

  private sessionCall(call: SessionCall, { request, response, principal }: Exchange): void {
    const { status, body } = this.answerSessionCall(call, principal, request.headers['mesos-stream-id']);
    sendText(response, status, body);
  }

  private answerSessionCall(
    call: SessionCall,
    principal: string | undefined,
    streamId: string | string[] | undefined,
  ): TextAnswer {
    const framework = this.state.frameworks.get(call.framework_id.value);
    if (framework === undefined) return { status: 400, body: 'Framework cannot be found' };
    const refusal = this.sessionProblem(framework, principal, streamId);
    if (refusal !== undefined) return refusal;
    const outcome = this.parts.dispatcher.dispatch(framework, call);
    switch (outcome.kind) {
      case 'accepted':
        return ACCEPTED;
      case 'updated':
        return { status: 200, body: '' };
      case 'refused':
        return { status: 400, body: outcome.body };
      case 'unhandled':
        return { status: 501, body: '' };
      default:
        return outcome satisfies never;
    }
  }

  private sessionProblem(
    framework: Framework,
    principal: string | undefined,
    streamId: string | string[] | undefined,
  ): TextAnswer | undefined {
    const registered = framework.info.principal;
    if (principal !== undefined && registered !== undefined && principal !== registered) {
      return { status: 400, body: principalMismatch(principal, registered) };
    }
    if (framework.stream === undefined) return { status: 403, body: 'Framework is not subscribed' };
    if (streamId === undefined) {
      return { status: 400, body: "All non-subscribe calls should include the 'Mesos-Stream-Id' header" };
    }
    if (streamId === framework.stream.id) return undefined;
    return {
      status: 400,
      body:
        `The stream ID '${String(streamId)}' included in this request didn't match the stream ID ` +
        `currently associated with framework ID ${framework.id}`,
    };
  }
}

function principalMismatch(authenticated: string, registered: string): string {
  return `Authenticated principal '${authenticated}' does not match principal '${registered}' set in \`FrameworkInfo\``;
}

/** Whether an `Accept` header allows JSON; absent allows everything (C§1). */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined) return true;
  return accept.split(',').some((entry) => {
    const [range, ...parameters] = entry.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const isRefused = quality !== undefined && Number(quality.slice(2)) === 0;
    return !isRefused && (range === '*/*' || range === 'application/*' || range === JSON_TYPE);
  });
}
