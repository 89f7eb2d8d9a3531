/** A read that takes longer is tried again. */
const READ_MS = 15_000;

export interface TaskFacts {
  readonly id: string;
  readonly state: string;
}

export interface AppFacts {
  readonly id: string;
  readonly instances: number;
  readonly env: Readonly<Record<string, string>>;
  readonly tasks: readonly TaskFacts[];
}

export interface DeploymentFacts {
  readonly id: string;
  readonly affectedApps: readonly string[];
  readonly currentActions: readonly { readonly action: string; readonly app: string }[];
}

export interface EventFacts {
  readonly id: string;
  readonly type: string;
  readonly position: number;
  /** `key` of the acceptance of a command that had one. */
  readonly data: { readonly key?: string };
}

/**
 * Reads of the checker, past everything that is broken on purpose. Whoever was found to lead is asked first: others may
 * answer from the past while they know of no leader.
 */
export class EkidenApi {
  private urls: readonly string[];

  constructor(urls: readonly string[]) {
    this.urls = urls;
  }

  /** @throws when no node answers 200 */
  async text(path: string): Promise<string> {
    const failures: string[] = [];
    for (const url of this.urls) {
      try {
        const answer = await fetch(url + path, { signal: AbortSignal.timeout(READ_MS) });
        const text = await answer.text();
        if (answer.status === 200) {
          this.urls = [url, ...this.urls.filter((other) => other !== url)];
          return text;
        }
        failures.push(`${url}${path}: ${answer.status} ${text}`);
      } catch (error) {
        failures.push(`${url}${path}: ${String(error)}`);
      }
    }
    throw new Error(failures.join('; '));
  }

  private async json<Body>(path: string): Promise<Body> {
    return JSON.parse(await this.text(path)) as Body;
  }

  /** The position of the leader, which must be ready for writes. It is asked for everything from then on. */
  async position(): Promise<number> {
    return (await this.json<{ position: number }>('/ekiden/v1/position')).position;
  }

  async apps(): Promise<readonly AppFacts[]> {
    return (await this.json<{ apps: readonly AppFacts[] }>('/v2/apps?embed=apps.tasks')).apps;
  }

  async deployments(): Promise<readonly DeploymentFacts[]> {
    return this.json('/v2/deployments');
  }

  /** Hash of the audit chain at a position. */
  async digest(position: number): Promise<string> {
    return (await this.json<{ hash: string }>(`/ekiden/v1/audit/digest?at=${position}`)).hash;
  }

  /** Events of the log, both ends included. */
  async events(from: number, to: number): Promise<readonly EventFacts[]> {
    const lines = (await this.text(`/ekiden/v1/audit/export?from=${from}&to=${to}`)).trim().split('\n');
    // Around the events there are a first and a last line without an id.
    const all = lines.map((line) => JSON.parse(line) as EventFacts & { id?: string });
    return all.filter(({ id }) => id !== undefined);
  }
}
