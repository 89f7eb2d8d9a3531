import { expect } from 'vitest';
import { eventually } from './eventually.js';

export interface ApiAnswer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `undefined` when there is none or it is not JSON. */
  readonly body: Body;
}

export interface TaskView {
  readonly id: string;
  readonly appId: string;
  readonly state: string;
  readonly host: string;
  readonly ports: readonly number[];
  readonly version: string;
  readonly healthCheckResults?: readonly { readonly alive: boolean }[];
  readonly ipAddresses: readonly { readonly ipAddress: string; readonly protocol: string }[];
}

export interface AppView {
  readonly id: string;
  readonly cmd?: string;
  readonly instances: number;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly versionInfo: { readonly lastScalingAt: string; readonly lastConfigChangeAt: string };
  readonly tasksRunning: number;
  readonly tasks: readonly TaskView[];
  readonly deployments: readonly { readonly id: string }[];
  readonly lastTaskFailure?: {
    readonly taskId: string;
    readonly state: string;
    readonly message: string;
    readonly host: string;
  };
}

export interface DeploymentView {
  readonly id: string;
  readonly affectedApps: readonly string[];
  readonly currentStep: number;
  readonly totalSteps: number;
  readonly currentActions: readonly { readonly action: string; readonly app: string }[];
}

/** What `curl` would do: one request, its answer as it came. Strings are sent as they are, the rest as JSON. */
export class ApiClient {
  constructor(readonly url: string) {}

  get<Body = Record<string, unknown>>(path: string, headers?: Record<string, string>) {
    return this.send<Body>('GET', path, { headers });
  }

  post<Body = Record<string, unknown>>(path: string, body?: unknown, headers?: Record<string, string>) {
    return this.send<Body>('POST', path, { body, headers });
  }

  put<Body = Record<string, unknown>>(path: string, body?: unknown, headers?: Record<string, string>) {
    return this.send<Body>('PUT', path, { body, headers });
  }

  patch<Body = Record<string, unknown>>(path: string, body?: unknown) {
    return this.send<Body>('PATCH', path, { body });
  }

  delete<Body = Record<string, unknown>>(path: string, headers?: Record<string, string>) {
    return this.send<Body>('DELETE', path, { headers });
  }

  async send<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> | undefined },
  ): Promise<ApiAnswer<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('application/json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as Body,
    };
  }

  /** Creates an app and expects that it was accepted. */
  async createApp(definition: Record<string, unknown>): Promise<string> {
    const answer = await this.post('/v2/apps', definition);
    expect(answer.status, answer.text).toBe(201);
    return answer.headers.get('marathon-deployment-id')!;
  }

  async app(id: string): Promise<AppView> {
    const answer = await this.get<{ app: AppView }>(`/v2/apps${id}`);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.app;
  }

  async apps(): Promise<readonly AppView[]> {
    const answer = await this.get<{ apps: readonly AppView[] }>('/v2/apps');
    expect(answer.status, answer.text).toBe(200);
    return answer.body.apps;
  }

  async tasks(): Promise<readonly TaskView[]> {
    return (await this.get<{ tasks: readonly TaskView[] }>('/v2/tasks')).body.tasks;
  }

  async deployments(): Promise<readonly DeploymentView[]> {
    return (await this.get<readonly DeploymentView[]>('/v2/deployments')).body;
  }

  /** Waits until exactly `count` tasks of the app are running and none of it is in any other state. */
  async running(id: string, count: number): Promise<AppView> {
    return eventually(
      async () => {
        const app = await this.app(id);
        const states = app.tasks.map(({ state }) => state);
        expect(states).toEqual(Array.from({ length: count }, () => 'TASK_RUNNING'));
        return app;
      },
      { what: `${count} running tasks of ${id}` },
    );
  }

  /** Waits until no deployment is under way. */
  async settled(): Promise<void> {
    await eventually(async () => (await this.deployments()).length === 0, {
      what: 'the end of all deployments',
    });
  }
}
