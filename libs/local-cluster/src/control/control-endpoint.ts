import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { readBody } from '../master/http/request-body.js';
import { decoded } from '../runtime/request-url.js';
import { agentActions } from './agent-actions.js';
import type { Action, Deed } from './control-action.js';
import { ControlBody } from './control-body.js';
import type { ClusterControl } from './cluster-control.js';
import { ControlError } from './control-error.js';
import { masterActions } from './master-actions.js';
import { Scenarios, type ScenarioStep } from './scenario.js';

const longestBodyBytes = 1024 * 1024;

/**
 * `/_control/…` on the master's port (spec/local-cluster.md §25): JSON in, JSON out. Only for this machine, and only for
 * programs: what a page in a browser can send without being asked first is refused.
 */
export class ControlEndpoint {
  private readonly actions: Readonly<Record<string, Action>>;

  constructor(
    private readonly control: ClusterControl,
    private readonly scenarios: Scenarios,
  ) {
    this.actions = {
      ...agentActions(control),
      ...masterActions(control),
      scenario: (_, body) => {
        const steps = body.list('steps').map((step) => this.stepOf(step));
        return () => scenarios.run(steps);
      },
    };
  }

  /** Answers a request whose path begins with `/_control/`. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      if (!isLocal(request)) {
        answer(response, 403, { message: 'the control API is for programs on this machine' });
        return;
      }
      const path = url.pathname.slice('/_control/'.length);
      if (request.method === 'GET' && path === 'status') {
        answer(response, 200, { ...this.control.status(), scenario: this.scenarios.status() });
      } else if (request.method === 'GET' && path === 'journal') {
        answer(response, 200, this.control.master.journalSince(sinceOf(url)));
      } else if (request.method === 'POST') await this.act(path, request, response);
      else answer(response, 404, { message: `no ${request.method} ${path}` });
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      answer(response, error.status, { message: error.message });
    }
  }

  private async act(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { action, subject } = this.find(path);
    // Pages of a browser cannot send this type elsewhere without asking.
    if (request.headers['content-type']?.split(';')[0] !== 'application/json') {
      throw new ControlError(400, 'the body must be application/json');
    }
    const body = await readBody(request, longestBodyBytes);
    if (body.kind === 'refused') {
      answer(response, body.status, { message: body.body });
      return;
    }
    const members = ControlBody.parse(body.text);
    const perform = action(subject, members);
    members.finish();
    const thereafter = await perform();
    if (typeof thereafter === 'function')
      response.once('finish', () => this.scenarios.attempt(path, thereafter as Deed));
    answer(response, 200, typeof thereafter === 'object' ? thereafter : {});
  }

  private find(path: string): { action: Action; subject: string } {
    const [kind = '', subject = '', ...rest] = path.split('/');
    const action = this.actionOf(path) ?? this.actionOf([kind, '*', ...rest].join('/'));
    if (action === undefined) throw new ControlError(404, `no POST ${path}`);
    return { action, subject: decoded(subject) };
  }

  private actionOf(path: string): Action | undefined {
    return Object.hasOwn(this.actions, path) ? this.actions[path] : undefined;
  }

  /** `{at_ms?, path, body?}`, as it would be sent. Everything is judged before anything is done. */
  private stepOf(step: unknown): ScenarioStep {
    const members = ControlBody.of(step);
    const path = members.needed('path', members.text('path'));
    const { action, subject } = this.find(path);
    const body = ControlBody.of(members.object('body'));
    const deed = action(subject, body);
    body.finish();
    const atMs = members.number('at_ms') ?? 0;
    members.finish();
    return {
      atMs,
      path,
      perform: async () => {
        const thereafter = await deed();
        if (typeof thereafter === 'function') await (thereafter as Deed)();
      },
    };
  }
}

/** `?since=`: the number of the last entry that is known; 0 without one. */
function sinceOf(url: URL): number {
  const text = url.searchParams.get('since') ?? '0';
  if (!/^\d{1,15}$/.test(text)) throw new ControlError(400, '`since` must be the number of an entry');
  return Number(text);
}

/** From this machine, and meant for it: a host name could be anybody's. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const remote = socket.remoteAddress ?? '';
  const host = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isLoopback(remote) && (host === 'localhost' || isLoopback(host));
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
