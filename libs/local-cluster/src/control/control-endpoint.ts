import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { readBody } from '../master/http/request-body.js';
import {
  ControlBody,
  drainOf,
  durationMsOf,
  faultsOf,
  partitionOf,
  restartOf,
  signalOf,
} from './control-body.js';
import { ControlError, type ClusterControl } from './cluster-control.js';

/** Reads what one path wants to know of the body, and gives what is to be done; `subject` is the id in the path. */
type Action = (subject: string, body: ControlBody) => () => unknown;

const longestBodyBytes = 64 * 1024;

/**
 * `/_control/…` on the master's port (spec/local-cluster.md §25): JSON in, JSON out. Only for this machine, and only for
 * programs: what a page in a browser can send without being asked first is refused.
 */
export class ControlEndpoint {
  private readonly actions: Readonly<Record<string, Action>>;

  constructor(private readonly control: ClusterControl) {
    this.actions = {
      'agents/*/partition': (id, body) => {
        const [cut, forMs] = [partitionOf(body), durationMsOf(body)];
        return () => control.partition(id, cut, forMs);
      },
      'agents/*/disconnect': (id, body) => {
        const forMs = durationMsOf(body);
        return () => control.disconnect(id, forMs);
      },
      'agents/*/heal': (id) => () => control.heal(id),
      'agents/*/stop': (id) => () => control.stop(id),
      'agents/*/start': (id, body) => {
        const how = restartOf(body);
        return () => control.start(id, how);
      },
      'agents/*/restart': (id, body) => {
        const how = restartOf(body);
        return () => control.restart(id, how);
      },
      'agents/*/unreachable': (id) => () => control.markUnreachable(id),
      'agents/*/gone': (id) => () => control.markGone(id),
      'agents/*/drain': (id, body) => {
        const config = drainOf(body);
        return () => control.drain(id, config);
      },
      'agents/*/deactivate': (id) => () => control.deactivate(id),
      'agents/*/reactivate': (id) => () => control.reactivate(id),
      'agents/*/unregister': (id) => () => control.unregister(id),
      'tasks/*/exit': (id, body) => {
        const signal = signalOf(body);
        return () => control.signalTask(id, signal);
      },
      'frameworks/*/disconnect': (id) => () => control.disconnectFramework(id),
      link: (_, body) => {
        const [agent, faults] = [body.text('agent'), faultsOf(body)];
        return () => control.disturb(agent, faults);
      },
      'offers/rescind': (_, body) => {
        const agent = body.text('agent');
        return () => control.rescindOffers(agent);
      },
      'allocation/pause': () => () => control.pauseAllocation(),
      'allocation/resume': () => () => control.resumeAllocation(),
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
      if (request.method === 'GET' && path === 'status') answer(response, 200, this.control.status());
      else if (request.method === 'POST') await this.act(path, request, response);
      else answer(response, 404, { message: `no ${request.method} ${path}` });
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      answer(response, error.status, { message: error.message });
    }
  }

  private async act(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [kind = '', subject = '', ...rest] = path.split('/');
    const own = this.actions[path];
    const action = own ?? this.actions[[kind, '*', ...rest].join('/')];
    if (action === undefined) throw new ControlError(404, `no POST ${path}`);
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
    const perform = action(decodeURIComponent(subject), members);
    members.finish();
    await perform();
    answer(response, 200, {});
  }
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
