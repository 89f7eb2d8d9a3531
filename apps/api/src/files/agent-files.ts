import type { AgentAddress } from '#domain';

/** What an agent answered that has no such file, or does not give it. */
export class AgentFilesError extends Error {
  override readonly name = 'AgentFilesError';

  /** @param status that of the agent; 0 when it did not answer. */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** One entry of a listing, as agents give it. */
export interface BrowsedFile {
  readonly path: string;
  readonly size: number;
  /** Epoch seconds. */
  readonly mtime: number;
  /** `-rw-r--r--`; `d` first for directories. */
  readonly mode: string;
}

/** A piece of a file. */
export interface ReadPiece {
  readonly data: string;
  readonly offset: number;
}

/** How long an agent may take for one answer, ms. */
const ANSWER_MS = 10_000;

/** The files API of one agent (`spec/mesos-client.md` §24.2). */
export class AgentFiles {
  constructor(private readonly agent: AgentAddress) {}

  /** @throws {AgentFilesError} */
  async browse(path: string): Promise<readonly BrowsedFile[]> {
    return (await (await this.ask('browse', { path })).json()) as readonly BrowsedFile[];
  }

  /**
   * At most 64 KiB from an offset on; at the offset -1 nothing but the size, as `offset`.
   *
   * @throws {AgentFilesError}
   */
  async read(path: string, offset: number, length: number): Promise<ReadPiece> {
    const query = { path, offset: String(offset), length: String(length) };
    return (await (await this.ask('read', query)).json()) as ReadPiece;
  }

  /** @throws {AgentFilesError} */
  download(path: string, signal: AbortSignal): Promise<Response> {
    return this.ask('download', { path }, signal);
  }

  private async ask(verb: string, query: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    const { url, authorization } = this.agent;
    let response: Response;
    try {
      response = await fetch(`${url}/files/${verb}?${new URLSearchParams(query).toString()}`, {
        headers: authorization === undefined ? {} : { authorization },
        signal: signal ?? AbortSignal.timeout(ANSWER_MS),
      });
    } catch {
      throw new AgentFilesError(0, 'the agent cannot be reached');
    }
    if (response.ok) return response;
    throw new AgentFilesError(response.status, (await response.text()).trim());
  }
}
