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
  browse(path: string): Promise<readonly BrowsedFile[]> {
    return this.askJson('browse', { path });
  }

  /**
   * At most 64 KiB from an offset on; at the offset -1 nothing but the size, as `offset`.
   *
   * @throws {AgentFilesError}
   */
  read(path: string, offset: number, length: number): Promise<ReadPiece> {
    return this.askJson('read', { path, offset: String(offset), length: String(length) });
  }

  /** Begins within the time of an answer, and lasts as long as it takes. @throws {AgentFilesError} */
  async download(path: string, signal: AbortSignal): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_MS);
    try {
      return await this.ask('download', { path }, AbortSignal.any([signal, late.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  private async askJson<Body>(verb: string, query: Record<string, string>): Promise<Body> {
    const response = await this.ask(verb, query, AbortSignal.timeout(ANSWER_MS));
    try {
      return (await response.json()) as Body;
    } catch {
      throw new AgentFilesError(0, 'its answer cannot be read');
    }
  }

  private async ask(verb: string, query: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { url, authorization } = this.agent;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/files/${verb}?${new URLSearchParams(query).toString()}`, {
        headers: authorization === undefined ? {} : { authorization },
        signal,
      });
      if (response.ok) return response;
      text = await response.text();
    } catch {
      throw new AgentFilesError(0, 'the agent cannot be reached');
    }
    throw new AgentFilesError(response.status, text.trim());
  }
}
