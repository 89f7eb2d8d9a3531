import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { authenticate } from '../http/authentication.js';
import { methodNotAllowed, sendText, unauthorized } from '../http/responses.js';
import type { MasterState } from '../state/master-state.js';
import type { Task } from '../state/task.js';
import { metricsSnapshot, type MetricSources } from './metrics.js';
import {
  flagsOf,
  frameworksDocument,
  slavesDocument,
  stateDocument,
  type RegistryView,
  PAUSE,
} from './state-document.js';
import { taskView, type View } from './views.js';

export type OperatorSources = MetricSources & RegistryView;

type Document = (query: URLSearchParams) => View | Iterable<string>;

/** Text written before the event loop gets a turn. */
const CHUNK_CHARACTERS = 64 * 1024;
const DEFAULT_TASK_LIMIT = 100;

/** Read-only operator pages (C§24.1, spec/local-cluster.md §24): JSON, or JSONP on demand. */
export class OperatorEndpoint {
  private readonly documents: Readonly<Record<string, Document>>;

  constructor(
    private readonly state: MasterState,
    sources: OperatorSources,
  ) {
    this.documents = {
      '/state': () => stateDocument(state, sources),
      '/slaves': () => slavesDocument(state, sources),
      '/frameworks': () => frameworksDocument(state),
      '/tasks': (query) => this.tasksDocument(query),
      '/flags': () => ({ flags: flagsOf(state) }),
      '/version': () => ({ version: state.options.version, local_cluster: true }),
      '/metrics/snapshot': () => metricsSnapshot(state, sources),
    };
  }

  /** Answers a path without its `/master` prefix; false when it is none of ours. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const document = this.documents[url.pathname];
    if (document === undefined && url.pathname !== '/health' && url.pathname !== '/redirect') return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      methodNotAllowed(request, response, 'GET');
    } else if (url.pathname === '/health') {
      sendText(response, 200, '');
    } else if (url.pathname === '/redirect') {
      response.setHeader('Location', `//${this.state.address.hostname}:${this.state.address.port}`);
      sendText(response, 307, '');
    } else if (this.isAllowed(request)) {
      await this.write(response, document!(url.searchParams), url.searchParams.get('jsonp'));
    } else {
      unauthorized(response, 'mesos-master-readonly');
    }
    return true;
  }

  private isAllowed(request: IncomingMessage): boolean {
    const { authenticateHttpReadonly, credentials } = this.state.options;
    return !authenticateHttpReadonly || authenticate(request, credentials).kind === 'allowed';
  }

  private tasksDocument(query: URLSearchParams): View {
    const limit = nonNegative(query.get('limit'), DEFAULT_TASK_LIMIT);
    const offset = nonNegative(query.get('offset'), 0);
    const frameworks = [...this.state.frameworks.values()];
    const tasks = frameworks.flatMap((framework): Task[] => [
      ...framework.tasks.values(),
      ...framework.completedTasks.values(),
    ]);
    const sign = query.get('order') === 'asc' ? 1 : -1;
    tasks.sort((left, right) => sign * (startedAt(left) - startedAt(right)));
    return { tasks: tasks.slice(offset, offset + limit).map(taskView) };
  }

  private async write(
    response: ServerResponse,
    document: View | Iterable<string>,
    callback: string | null,
  ): Promise<void> {
    const pieces = isPieces(document) ? document : [JSON.stringify(document)];
    response.setHeader('Content-Type', callback === null ? 'application/json' : 'text/javascript');
    let text = callback === null ? '' : `${callback}(`;
    for (const piece of pieces) {
      text += piece;
      if (piece !== PAUSE && text.length < CHUNK_CHARACTERS) continue;
      if (text !== '') response.write(text);
      text = '';
      await nextTurn();
      if (response.destroyed) return;
    }
    response.end(callback === null ? text : `${text});`);
  }
}

function startedAt(task: Task): number {
  return task.statuses[0]?.timestamp ?? 0;
}

function isPieces(document: View | Iterable<string>): document is Iterable<string> {
  return Symbol.iterator in document;
}

function nonNegative(text: string | null, otherwise: number): number {
  const parsed = text === null ? Number.NaN : Number(text);
  return Number.isInteger(parsed) && parsed >= 0 ? parsed : otherwise;
}
